import GUDCore

/// The times between which the same components of a schedule move: what a solver of high order may step over at once.
///
/// Where a component is clipped, γ has a kink. An error estimate would notice, and halve its way to it; asking the schedule
/// finds it by bisection, at no evaluation of the denoiser.
enum SmoothStretches {
    /// Kinks nearer to each other than this are one.
    static let resolution = 1e-10

    /// The ends of the stretches, strictly decreasing, from 1 to 0.
    ///
    /// A component counts as moving where γ̇ > 0; a window that opens and closes is found by the change of its γ.
    ///
    /// - Complexity: About 35 evaluations of the schedule for each kink.
    static func ends(of schedule: any NoiseSchedule) throws(ScheduleError) -> [Double] {
        var ends = [1.0]
        var start = 1.0
        while start > 2 * resolution {
            let inside = start - resolution
            let (gamma, rate) = (try schedule.gamma(at: inside), try schedule.gammaRate(at: inside))
            /// Whether nothing starts or stops to move between there and `inside`.
            func isSmooth(to time: Double) throws(ScheduleError) -> Bool {
                let (gammaThere, rateThere) = (try schedule.gamma(at: time), try schedule.gammaRate(at: time))
                return gamma.indices.allSatisfy { rate[$0] > 0 ? rateThere[$0] > 0 : gammaThere[$0] == gamma[$0] }
            }
            if try isSmooth(to: resolution) { break }
            var (smooth, rough) = (inside, resolution)
            while smooth - rough > resolution / 10 {
                let middle = (smooth + rough) / 2
                if try isSmooth(to: middle) { smooth = middle } else { rough = middle }
            }
            start = rough
            ends.append(start)
        }
        return ends + [0]
    }
}
