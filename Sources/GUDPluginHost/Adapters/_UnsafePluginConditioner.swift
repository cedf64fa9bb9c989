import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A plugin's conditioner behind the core's protocol.
final class PluginConditioner: TrainingConditioner, @unchecked Sendable {
    let embeddingWidth: Int
    let dropProbability: Double
    private let object: PluginObject
    private let table: gud_conditioner_table

    /// Makes a conditioner of a component.
    init(
        _ component: LoadedPlugin.Component, of plugin: LoadedPlugin, _ parameters: ParameterBox, classCount: Int
    ) throws {
        let table = Versioned.copy(component.table, over: gud_conditioner_table())
        var asked = gud_conditioner_context()
        asked.struct_size = Versioned.size(of: gud_conditioner_context.self)
        asked.class_count = UInt64(classCount)
        let object = try PluginObject(component, of: plugin, destroy: table.destroy) { object, error in
            withExtendedLifetime(parameters) {
                table.create(component.factory, &asked, parameters.handle, object, error)
            }
        }
        var info = gud_conditioner_info()
        info.struct_size = Versioned.size(of: gud_conditioner_info.self)
        if let failure = object.call({ table.info($0, &info, $1) }) { throw object.inconsistent(failure.message) }
        guard let width = Int(exactly: info.embedding_width), width <= 1 << 24 else {
            throw object.inconsistent("says that it makes embeddings of width \(info.embedding_width)")
        }
        guard (0...1).contains(info.drop_probability) else {
            throw object.inconsistent("says that training drops conditions with probability \(info.drop_probability)")
        }
        self.object = object
        self.table = table
        embeddingWidth = width
        dropProbability = info.drop_probability
    }

    func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        if let index = request.classIndex, index < 0 {
            throw .unsupported("class \(index) does not exist; classes are counted from 0")
        }
        let plain = try request.plainObservation
        if let observed = plain {
            for (count, what) in [
                (observed.mask.count, "the mask"), (observed.values.count, "the list of observed values"),
            ]
            where count != space.dimension { throw .count(count, expected: space.dimension, what: what) }
        }
        var embedding = [Float](repeating: 0, count: embeddingWidth) + Self.fence
        var given = [UInt8](repeating: 0, count: space.componentCount) + Self.fence.map { UInt8($0) }
        var values = [Float](repeating: 0, count: space.componentCount) + Self.fence
        var answer = gud_condition()
        let lent = LentSpace(space)
        let failure = embedding.withUnsafeMutableBufferPointer { embedding in
            given.withUnsafeMutableBufferPointer { given in
                values.withUnsafeMutableBufferPointer { values in
                    withOptionalPointer(plain?.values) { observed, _ in
                        withOptionalPointer(plain?.mask.map { $0 ? UInt8(1) : 0 }) { mask, _ in
                            var asked = gud_condition_request()
                            asked.struct_size = Versioned.size(of: gud_condition_request.self)
                            asked.class_index = request.classIndex.map(Int64.init) ?? -1
                            asked.guidance = request.guidance.scale
                            asked.observed = observed
                            asked.observed_mask = mask
                            asked.space = lent.table
                            answer.struct_size = Versioned.size(of: gud_condition.self)
                            answer.guidance = request.guidance.scale
                            answer.embedding = embedding.baseAddress
                            answer.given = given.baseAddress
                            answer.given_values = values.baseAddress
                            return withExtendedLifetime(lent) {
                                object.call { table.condition($0, &asked, &answer, $1) }
                            }
                        }
                    }
                }
            }
        }
        if let failure {
            throw failure.status == GUD_ERROR_ARGUMENT
                ? .unsupported(failure.message) : .failed(reason: failure.message)
        }
        guard embedding.suffix(8) == Self.fence[...], given.suffix(8).allSatisfy({ $0 == 77 }),
            values.suffix(8) == Self.fence[...]
        else { throw .failed(reason: "\(object.component) writes past the end of what it was lent") }
        return try checked(
            answer, under: request.guidance, embedding.dropLast(8), given.dropLast(8), values.dropLast(8))
    }

    /// Stands behind the arrays that are lent: it must be there afterwards.
    private static let fence = [Float](repeating: 77, count: 8)

    /// A condition that a sampler can rely on.
    private func checked(
        _ answer: gud_condition, under guidance: Guidance, _ embedding: [Float], _ given: [UInt8], _ values: [Float]
    ) throws(ConditionerError) -> Condition {
        // The plugin decides on the scale; when and where it acts stays as it was asked for.
        guard let guidance = try? guidance.scaled(to: answer.guidance), embedding.allSatisfy(\.isFinite) else {
            throw .failed(reason: "\(object.component) makes a condition that is not finite")
        }
        var condition = Condition(guidance: guidance)
        if answer.flags & UInt32(GUD_CONDITION_EMBEDDING) != 0, embeddingWidth > 0 { condition.embedding = embedding }
        if answer.flags & UInt32(GUD_CONDITION_GIVEN) != 0 {
            let mask = given.map { $0 != 0 }
            guard zip(mask, values).allSatisfy({ !$0 || $1.isFinite }) else {
                throw .failed(reason: "\(object.component) gives a component a value that is not finite")
            }
            condition.given = GivenComponents(mask: mask, values: values)
        }
        return condition
    }
}
