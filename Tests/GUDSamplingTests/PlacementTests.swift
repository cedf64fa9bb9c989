import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Where placements lay the steps, on schedules of which the answer is known.
struct PlacementTests {
    private func times(_ schedule: FormulaSchedule, variances: [Double], steps: Int) throws -> [Double] {
        try LogSNRClock(schedule, variances: variances).grid(steps: steps).times
    }

    @Test("Equal steps of log-SNR are equal steps of time where γ is linear")
    func linear() throws {
        let times = try times(.scalar(from: -9, to: 5, count: 3), variances: [1, 0.1, 0], steps: 7)
        #expect(largestDifference(times, TimeGrid.uniform(steps: 7).times) < 1e-12)
    }

    @Test("Where γ is a square of time, equal steps of log-SNR are those of its root")
    func curved() throws {
        let square = FormulaSchedule(
            componentCount: 1, gammas: { [-6 + 12 * $0 * $0] }, rates: { [24 * $0] })
        let times = try times(square, variances: [1], steps: 6)
        #expect(largestDifference(times, (0...6).map { (1 - Double($0) / 6).squareRoot() }) < 1e-12)
    }

    @Test("Dead time, and components that the data never visit, get no step")
    func deadTime() throws {
        // Moves for 1/4 < t < 3/4 only.
        let dead = FormulaSchedule.linear(from: [-12], to: [12], clip: -6...6)
        #expect(largestDifference(try times(dead, variances: [1], steps: 4), [1, 0.625, 0.5, 0.375, 0]) < 1e-9)
        #expect(try times(dead, variances: [0], steps: 4) == TimeGrid.uniform(steps: 4).times)
    }
}
