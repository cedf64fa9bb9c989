/// The times that a sampler visits: from 1 (noise) down to 0 (data).
public struct TimeGrid: Sendable, Equatable {
    /// Strictly decreasing; the first is 1 and the last is 0.
    public let times: [Double]

    /// The number of steps, one less than the number of times.
    public var stepCount: Int { times.count - 1 }

    /// A grid of given times; `nil` unless they fall strictly from exactly 1 to exactly 0.
    public init?(times: [Double]) {
        guard times.first == 1, times.last == 0, zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else {
            return nil
        }
        self.times = times
    }

    private init(checked times: [Double]) { self.times = times }

    /// `n` equal steps: `t_k = (n − k) / n`.
    ///
    /// In a schedule of which γ is linear in t, these are equal steps of log-SNR for every component at once.
    ///
    /// - Precondition: There is at least one step.
    public static func uniform(steps: Int) -> TimeGrid {
        precondition(steps > 0, "a time grid has at least one step")
        return TimeGrid(checked: (0...steps).map { Double(steps - $0) / Double(steps) })
    }
}
