import CGUDPlugin
import GUDCore
import GUDPluginABI

private typealias Box = ObjectBox<any Conditioner>

extension gud_conditioner_table {
    /// The functions of every conditioner in Swift.
    static let swift: gud_conditioner_table = {
        var table = gud_conditioner_table()
        table.struct_size = Versioned.size(of: gud_conditioner_table.self)
        table.create = { factory, context, parameters, object, error in
            reporting(to: error) {
                let box = try FactoryBox<ConditionerFactory>.of(factory)
                guard let context else { throw BrokenCall(description: "create was called without a context") }
                let classes = Versioned.copy(context, over: gud_conditioner_context()).class_count
                Box.create(try box.factory.make(try box.parameters(parameters), Int(classes)), object)
            }
        }
        table.destroy = { Box.destroy($0) }
        table.info = { object, info, error in
            reporting(to: error) {
                let conditioner = try Box.of(object).value
                var filled = gud_conditioner_info()
                filled.embedding_width = UInt64(conditioner.embeddingWidth)
                filled.drop_probability = (conditioner as? any TrainingConditioner)?.dropProbability ?? 0
                if let info { Versioned.fill(info, with: filled) }
            }
        }
        table.condition = { object, request, condition, error in
            reporting(to: error) {
                let conditioner = try Box.of(object).value
                guard let request, let condition else {
                    throw BrokenCall(description: "the conditioner was called without a request")
                }
                let asked = Versioned.copy(request, over: gud_condition_request())
                let space = try ComponentSpace(asked.space)
                let result = try conditioner.condition(try ConditionRequest(asked, in: space), in: space)
                var filled = Versioned.copy(condition, over: gud_condition())
                try filled.write(result, width: conditioner.embeddingWidth, components: space.componentCount)
                Versioned.fill(condition, with: filled)
            }
        }
        return table
    }()
}

extension ConditionRequest {
    /// The request that the host passes on.
    fileprivate init(_ request: gud_condition_request, in space: ComponentSpace) throws {
        self.init(
            classIndex: request.class_index >= 0 ? Int(request.class_index) : nil,
            guidance: try Guidance(scale: request.guidance),
            observed: try request.observed.map { observed in
                Observation(
                    try values(observed, space.dimension),
                    mask: try values(request.observed_mask, space.dimension).map { $0 != 0 })
            })
    }
}

extension gud_condition {
    /// Writes a condition into the host's arrays.
    fileprivate mutating func write(_ condition: Condition, width: Int, components: Int) throws {
        flags = 0
        guard condition.guidance.interval == .whole, condition.guidance.weights == nil else {
            throw BrokenCall(
                description: "the conditioner answers guidance with an interval or weights, which are the host's affair",
                code: GUD_ERROR_INTERNAL)
        }
        guidance = condition.guidance.scale
        if let row = condition.embedding {
            try GUDPluginKit.write(row, to: embedding, count: width, "the embedding")
            flags |= UInt32(GUD_CONDITION_EMBEDDING)
        }
        if let given = condition.given {
            try GUDPluginKit.write(
                given.mask.map { $0 ? 1 : 0 }, to: self.given, count: components, "the mask of given components")
            try GUDPluginKit.write(given.values, to: given_values, count: components, "the given values")
            flags |= UInt32(GUD_CONDITION_GIVEN)
        }
    }
}
