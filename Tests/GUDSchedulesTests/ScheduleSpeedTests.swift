import GUDCore
import GUDSchedules
import Testing

/// The cost of a state of as many components as a 32×32 colour image has.
@Suite struct ScheduleSpeedTests {
    @Test("γ and γ̇ of 3,072 components take microseconds") func evaluation() throws {
        let labels = (0..<3072).map { Double($0 % 32) }
        let schedule = try SoftSchedule(
            labels: labels, variances: labels.map { 1 + $0 }, gammaDenoise: -7, gammaNoise: 7, steepness: 0.4,
            clip: -7...7)
        var values = [Double](repeating: 0, count: 3072)
        let repetitions = 2000
        var best = Duration.seconds(1000)
        for _ in 0..<3 {
            let elapsed = try ContinuousClock().measure {
                var span = values.mutableSpan
                for step in 0..<repetitions {
                    try schedule.gamma(at: Double(step) / Double(repetitions), into: &span)
                    try schedule.gammaRate(at: Double(step) / Double(repetitions), into: &span)
                }
            }
            best = min(best, elapsed)
        }
        print("γ and γ̇ of 3,072 components: \(best / repetitions)")
        // Generous, for busy machines and debug builds.
        #expect(best / repetitions < .milliseconds(5))
    }
}
