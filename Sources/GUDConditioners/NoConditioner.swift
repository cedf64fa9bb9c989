import GUDCore

/// The registry's `none`: the model is unconditional, and a request that wants more is refused.
public struct NoConditioner: Conditioner {
    /// Makes no embedding.
    public let embeddingWidth = 0

    /// An unconditional model's conditioner.
    public init() {}

    /// No condition at all.
    ///
    /// - Throws: ``ConditionerError/unsupported(_:)`` where the request names a class or gives components.
    public func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        if let index = request.classIndex {
            throw .unsupported(
                "class \(index) was asked for, but the model is unconditional; train it with 'conditioner: class'")
        }
        guard request.observed == nil else {
            throw .unsupported(
                "observed values were given, but the conditioner is 'none'; add --set conditioner=given")
        }
        return Condition()
    }

    static let factory = ConditionerFactory(
        Descriptor(name: "none", summary: "No condition: the model is unconditional.")
    ) { _, _ in NoConditioner() }
}
