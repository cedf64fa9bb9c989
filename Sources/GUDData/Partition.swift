import GUDCore

/// Which samples are trained on and which are kept for testing.
enum Partition {
    /// All indices below `count` in a random order that depends on nothing but the seed and the count.
    ///
    /// - Complexity: O(*count* log *count*).
    static func shuffled(_ count: Int, seed: UInt64) -> [Int] {
        let noise = CounterNoise(seed: seed, purpose: .splitting)
        let keys = (0..<count).map { noise.uniform(sample: $0) }
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Shared by the data sets that are split at random.
    static let seed = Parameter(
        "splitSeed", default: 0, range: 0...0x1p53,
        "Seed of a random split; the run's own seed never changes which samples are held out.")
}
