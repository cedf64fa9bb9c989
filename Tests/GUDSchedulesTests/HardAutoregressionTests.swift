import GUDCore
import GUDSchedules
import Testing

/// Equally spaced levels at a = n − 1: exactly one at a time, without dead time.
@Suite struct HardAutoregressionTests {
    /// n levels over [0, R], each with a few components.
    private func schedule(_ n: Int) throws -> SoftSchedule {
        let labels = (0..<3 * n).map { 12 * Double($0 % n) / Double(n - 1) }
        return try SoftSchedule(
            labels: labels, variances: labels.indices.map { 0.5 + Double($0) }, gammaDenoise: -7, gammaNoise: 5,
            steepness: Double(n - 1), clip: -7...5)
    }

    @Test("windows tile [0, 1], the lowest label last in time, each 1/n wide", arguments: 2...9)
    func windows(_ n: Int) throws {
        let schedule = try schedule(n)
        #expect((schedule.steepness - SoftSchedule.largestSteepness(labels: labels(n), range: 12)).magnitude < 1e-12)
        for component in 0..<3 * n {
            let window = schedule.window(component)
            let place = Double(n - 1 - component % n)
            #expect((window.lowerBound - place / Double(n)).magnitude < 1e-14)
            #expect((window.upperBound - (place + 1) / Double(n)).magnitude < 1e-14)
            // R/(R + aL) with L = R.
            #expect((window.upperBound - window.lowerBound - 1 / (1 + schedule.steepness)).magnitude < 1e-14)
        }
    }

    private func labels(_ n: Int) -> [Double] { (0..<n).map { 12 * Double($0) / Double(n - 1) } }

    @Test("on a dense grid exactly one level moves, and all others are data or noise", arguments: 2...9)
    func denseGrid(_ n: Int) throws {
        let schedule = try schedule(n)
        // A prime number of cells and an odd part of one keep the grid off the windows' ends.
        for step in 0..<1009 {
            let time = (Double(step) + 0.123) / 1009
            let rate = try schedule.gammaRate(at: time)
            let moving = Set(rate.indices.filter { rate[$0] > 0 }.map { $0 % n })
            #expect(moving == [n - 1 - Int(time * Double(n))], "t = \(time)")
        }
    }

    @Test("a steeper schedule has dead time, and windows of its own width", arguments: [2.5, 4])
    func deadTime(_ steepness: Double) throws {
        let schedule = try SoftSchedule(
            labels: [0, 6, 12], variances: [1, 1, 1], gammaDenoise: -7, gammaNoise: 5, steepness: steepness,
            clip: -7...5)
        let covered = (0..<3).map { schedule.window($0) }.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        #expect((covered - 3 / (1 + steepness)).magnitude < 1e-14)
        #expect(covered < 1)
    }

    @Test("uneven labels: hard is the largest steepness without dead time") func unevenLabels() throws {
        let labels = [0.0, 1, 1, 4, 12]
        let steepness = SoftSchedule.largestSteepness(labels: labels, range: 12)
        #expect(steepness == 12.0 / 8)
        let schedule = try SoftSchedule(
            labels: labels, variances: labels.map { _ in 1 }, gammaDenoise: -7, gammaNoise: 5, steepness: steepness,
            clip: -7...5)
        // The widest neighbours, 4 and 12, meet end to end; the rest overlap.
        #expect((schedule.window(4).upperBound - schedule.window(3).lowerBound).magnitude < 1e-14)
        for step in 0..<1009 {
            let rate = try schedule.gammaRate(at: (Double(step) + 0.5) / 1009)
            #expect(rate.contains { $0 > 0 })
        }
    }
}
