import GUDCore

/// An endless sequence of samples: epoch after epoch, each in a random order of its own that depends on the seed alone.
public struct ShuffledEpochs: Sendable {
    private let count: Int
    private let noise: CounterNoise
    private var epoch: (number: Int, order: [Int])?

    /// The sequence over so many samples, at least one.
    public init(count: Int, seed: UInt64) {
        self.count = count
        noise = CounterNoise(seed: seed, purpose: .shuffling)
    }

    /// The sample at a position of the sequence.
    ///
    /// - Complexity: O(1), and O(*count*) where the position is in another epoch than that of the last call.
    public mutating func index(at position: Int) -> Int {
        let (number, place) = position.quotientAndRemainder(dividingBy: count)
        if epoch?.number != number { epoch = (number, shuffled(number)) }
        return epoch?.order[place] ?? place
    }

    /// A Fisher–Yates shuffle for one epoch.
    private func shuffled(_ epoch: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(noise.uniform(sample: last, step: epoch) * Double(last + 1)))
        }
        return order
    }
}
