import GUDCore

/// The registry's `class`: samples of a wanted class, with classifier-free guidance.
///
/// The embedding of class *k* is the *k*-th unit vector; the network's first layer learns what it means. A row of zeros stands
/// for "any class", which training sees with ``dropProbability``. The sampler then follows
/// `ε̂ = ε̂(any) + guidance · (ε̂(k) − ε̂(any))`, when and where `Guidance` says.
///
/// Source: Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598.
public struct ClassConditioner: TrainingConditioner {
    static let drop = Parameter(
        "dropProbability", default: 0.1, range: 0...1, "How often training leaves the class out.")

    /// The number of classes.
    public let classCount: Int
    /// How often training leaves the class out.
    public let dropProbability: Double
    /// One scalar per class.
    public var embeddingWidth: Int { classCount }

    /// A conditioner on one of `classCount` classes.
    ///
    /// - Throws: ``ConditionerError/unsupported(_:)`` where there are no classes.
    public init(classCount: Int, dropProbability: Double = 0.1) throws(ConditionerError) {
        guard classCount > 0 else {
            throw .unsupported("conditioner 'class' needs labelled data, and these have no labels; use 'none'")
        }
        self.classCount = classCount
        self.dropProbability = dropProbability
    }

    /// The unit vector of the wanted class; any class where none is named.
    ///
    /// - Throws: ``ConditionerError/classOutOfRange(_:count:)``, or ``ConditionerError/unsupported(_:)`` for observed values.
    public func condition(
        _ request: ConditionRequest, in space: ComponentSpace
    ) throws(ConditionerError) -> Condition {
        guard request.observed == nil else {
            throw .unsupported(
                "observed values were given, but the conditioner is 'class'; train with 'given' for those")
        }
        var embedding = [Float](repeating: 0, count: classCount)
        if let index = request.classIndex {
            guard embedding.indices.contains(index) else { throw .classOutOfRange(index, count: classCount) }
            embedding[index] = 1
        }
        return Condition(embedding: embedding, guidance: request.classIndex == nil ? .plain : request.guidance)
    }

    static let factory = ConditionerFactory(
        Descriptor(
            name: "class", summary: "Samples of a wanted class, with classifier-free guidance.",
            schema: ParameterSchema([drop.specification]))
    ) { parameters, classCount in
        try ClassConditioner(classCount: classCount, dropProbability: parameters[drop])
    }
}
