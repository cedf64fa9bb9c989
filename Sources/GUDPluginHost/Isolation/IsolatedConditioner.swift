import GUDCore

/// A conditioner in a plugin's process.
final class IsolatedConditioner: TrainingConditioner, Sendable {
    let embeddingWidth: Int
    let dropProbability: Double
    private let object: IsolatedObject

    init(_ object: IsolatedObject, _ wire: WireObject) {
        self.object = object
        embeddingWidth = wire.embeddingWidth
        dropProbability = wire.dropProbability
    }

    func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        let plain = try request.plainObservation
        let number = object.process.spaces.keep(space)
        defer { object.process.spaces.release(number) }
        do {
            var payload = try WirePayload(0)
            let wire = WireRequest(
                object: object.number, classIndex: request.classIndex, guidance: request.guidance.scale,
                observed: plain.map { payload.append($0.values) },
                mask: plain.map { payload.append($0.mask.map { $0 ? UInt8(1) : 0 }) },
                space: payload.append(space, number: number))
            let answer = try object.process.ask(
                WireFrame(.condition), try payload.describing(wire), doing: "a condition of \(object.component)")
            let made = try answer.description(as: WireCondition.self)
            var condition = Condition(
                embedding: try made.embedding.map { try answer.array($0) }, guidance: try request.guidance.scaled(to: made.guidance))
            if let mask = made.mask, let values = made.values {
                condition.given = GivenComponents(
                    mask: try answer.array(mask, as: UInt8.self).map { $0 != 0 }, values: try answer.array(values))
            }
            guard condition.embedding.map({ $0.count == embeddingWidth }) ?? true,
                condition.given.map({ $0.mask.count == space.componentCount && $0.values.count == space.componentCount }
                )
                    ?? true
            else { throw WireError("the condition of \(object.component) is not of the size that it should be") }
            return condition
        } catch let error as any GUDError where error.blame == .request {
            throw .unsupported(error.description)
        } catch {
            throw .failed(reason: "\(error)")
        }
    }
}
