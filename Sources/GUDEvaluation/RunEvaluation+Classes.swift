extension RunEvaluation {
    /// How samples of classes were guided.
    public struct Guiding: Sendable, Codable, Equatable {
        /// The guidance scale: 0 ignores the class, 1 is the plain conditional model.
        public var scale: Double
        /// The times between which guidance acts.
        public var low: Double, high: Double
        /// Which components it acts in, as it was asked for: `level:0,1`; `nil` for all.
        public var components: String?

        /// A description of guidance.
        public init(scale: Double, low: Double = 0, high: Double = 1, components: String? = nil) {
            self.scale = scale
            self.low = low
            self.high = high
            self.components = components
        }

        /// In words, for the name of an entry.
        public var name: String {
            let interval = low == 0 && high == 1 ? "" : " from \(text(low)) to \(text(high))"
            return "guidance \(text(scale))" + interval + (components.map { " in \($0)" } ?? "")
        }

        private func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
    }

    /// How often a classifier finds samples to be of the class that was asked for.
    public struct ClassAccuracy: Sendable, Codable, Equatable {
        /// The extractor whose classifier it is.
        public var extractor: String
        /// The fraction of samples.
        public var accuracy: Double
        /// Its binomial standard error, for the fraction `(k + 1)/(n + 2)`, which is not 0 where all agree.
        public var standardError: Double

        /// The accuracy of so many among a count.
        public init(extractor: String, agreeing: Int, of count: Int) {
            self.extractor = extractor
            accuracy = Double(agreeing) / Double(max(count, 1))
            let fraction = Double(agreeing + 1) / Double(count + 2)
            standardError = (fraction * (1 - fraction) / Double(max(count, 1))).squareRoot()
        }
    }
}

extension ClassifyingExtractor {
    /// How many images are found to be of their class.
    ///
    /// - Parameters:
    ///   - images: Row-major `[N, D]`, in data units.
    ///   - labels: N classes.
    public func agreement(_ images: [Float], labels: [Int]) throws -> Int {
        let (logits, width) = (try logits(of: images), classCount)
        return labels.indices.count { row in
            let own = logits[row * width..<(row + 1) * width]
            return labels[row] < width && own.max() == own[own.startIndex + labels[row]]
        }
    }
}
