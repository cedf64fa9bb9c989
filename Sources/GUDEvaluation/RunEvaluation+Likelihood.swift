extension RunEvaluation {
    /// A likelihood of held-out data.
    public struct Likelihood: Sendable, Codable, Equatable {
        /// `ode` or `elbo`.
        public var method: String
        /// How many samples were measured.
        public var count: Int
        /// −log₂ P per dimension.
        public var bitsPerDimension: Double
        /// Its standard error over samples; `nil` for a single one.
        public var standardError: Double?
        /// Evaluations of the denoiser per sample.
        public var evaluationsPerSample: Double
        /// The wall time in seconds.
        public var seconds: Double
        /// Everything else that it depends on.
        public var recipe: [String: String]
        /// The order whose labels make the groups of ``parts``: `frequency`, `level`, …; `nil` where the basis has none.
        public var order: String?
        /// What components that share a label contribute; they sum to the whole.
        public var parts: [Part]

        /// What a group of components contributes.
        public struct Part: Sendable, Codable, Equatable {
            /// The label that they share.
            public var label: Double
            /// How many they are.
            public var componentCount: Int
            /// −log₂ P of the group, in bits per sample.
            public var bits: Double
            /// Its standard error; `nil` for a single sample.
            public var standardError: Double?

            /// A part.
            public init(label: Double, componentCount: Int, bits: Double, standardError: Double?) {
                self.label = label
                self.componentCount = componentCount
                self.bits = bits
                self.standardError = standardError
            }
        }

        /// A likelihood.
        public init(
            method: String, count: Int, bitsPerDimension: Double, standardError: Double?,
            evaluationsPerSample: Double, seconds: Double, recipe: [String: String], order: String?, parts: [Part]
        ) {
            self.method = method
            self.count = count
            self.bitsPerDimension = bitsPerDimension
            self.standardError = standardError
            self.evaluationsPerSample = evaluationsPerSample
            self.seconds = seconds
            self.recipe = recipe
            self.order = order
            self.parts = parts
        }
    }
}
