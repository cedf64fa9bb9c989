import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDSampling

/// The parts of the adaptive solver.
struct DormandPrinceTests {
    /// The ends of a schedule's smooth stretches, as a sampler meets them.
    private func ends(_ schedule: any NoiseSchedule) throws -> [Double] {
        try SmoothStretches(schedule).ends.reversed()
    }

    @Test("The tableau satisfies the order conditions up to four, and the pair's difference is of order 4")
    func tableau() {
        typealias Tableau = DormandPrinceTableau
        let (nodes, weights) = (Tableau.nodes, Tableau.stages[6] + [0])
        for (node, row) in zip(nodes, Tableau.stages) { #expect(abs(row.reduce(0, +) - node) < 1e-14) }
        func sum(_ weights: [Double], _ values: [Double]) -> Double {
            zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        for power in 0...4 {
            let powers = nodes.map { pow($0, Double(power)) }
            #expect(abs(sum(weights, powers) - 1 / Double(power + 1)) < 1e-14)
            if power < 4 { #expect(abs(sum(Tableau.error, powers)) < 1e-14) }
        }
        #expect(abs(sum(Tableau.error, nodes.map { pow($0, 4) })) > 1e-4)
        // Σ b a c = 1/6, Σ b c a c = 1/8, Σ b a c² = 1/12.
        let inner = Tableau.stages.map { sum($0, nodes) }
        #expect(abs(sum(weights, inner) - 1 / 6) < 1e-14)
        #expect(abs(sum(weights, zip(nodes, inner).map { $0 * $1 }) - 1 / 8) < 1e-14)
        #expect(abs(sum(weights, Tableau.stages.map { sum($0, nodes.map { $0 * $0 }) }) - 1 / 12) < 1e-14)
    }

    @Test("Stretches end where components start or stop to move")
    func stretches() throws {
        let clipped = FormulaSchedule.linear(from: [-6, -12], to: [12, 6], clip: -6...6)
        #expect(largestDifference(try ends(clipped), [1, 2.0 / 3, 1.0 / 3, 0]) < 1e-9)
        // A window inside the time, of a component that rests at both ends.
        let window = FormulaSchedule.linear(from: [-15, -6], to: [15, 6], clip: -6...6)
        #expect(largestDifference(try ends(window), [1, 0.7, 0.3, 0]) < 1e-9)
        // One after the other, with both ends of neighbouring windows in one place: 16 components, 16 windows.
        let labels = (0..<16).map(Double.init)
        let hard = FormulaSchedule.linear(
            from: labels.map { -6 - 12 * $0 }, to: labels.map { 6 + 12 * (15 - $0) }, clip: -6...6)
        #expect(largestDifference(try ends(hard), (0...16).map { 1 - Double($0) / 16 }) < 1e-9)
        let smooth = [
            FormulaSchedule.scalar(from: -6, to: 6, count: 2), .linear(from: [3, 3], to: [3, 3]),
            OrderOfConvergenceTests.paths[2].schedule,
        ]
        for schedule in smooth { #expect(try ends(schedule) == [1, 0]) }
    }

    @Test("States on the way are those of runs that end there", arguments: [false, true])
    func frames(isAnchored: Bool) throws {
        let solver = DormandPrince(
            relativeTolerance: 1e-6, absoluteTolerance: 1e-6, frameCount: 9, isAnchored: isAnchored)
        let path = OrderOfConvergenceTests.paths[3]
        let states = Mutex<[SamplingSnapshot]>([])
        let problem = SamplingProblem(
            denoiser: ReferenceMixture.denoiser, schedule: path.schedule, variances: ReferenceMixture.variances,
            samples: 0..<4, seed: 2)
        _ = try solver.sample(problem, observer: SamplingObserver { state in states.withLock { $0.append(state) } })
        let seen = states.withLock { $0 }
        #expect(seen.map(\.step) == Array(0...9) && seen.allSatisfy { $0.stepCount == 9 })
        #expect(largestDifference(seen.map(\.time), (0...9).map { 1 - Double($0) / 9 }) < 1e-15)
        let start = try #require(seen.first).components
        for snapshot in seen.dropFirst() {
            // The rest of the path, cut off at the time of the snapshot.
            let (end, base) = (snapshot.time, path.schedule)
            let part = FormulaSchedule(
                componentCount: 2, gammas: { base.gammas(end + (1 - end) * $0) },
                rates: { base.rates(end + (1 - end) * $0).map { $0 * (1 - end) } })
            let direct = try DPMSolverPlusPlus3M(grid: .uniform(steps: 2000)).flow(
                start, denoiser: ReferenceMixture.denoiser, schedule: part, variances: ReferenceMixture.variances)
            #expect(largestDifference(snapshot.components.map(Double.init), direct) < 3e-5)
        }
    }

    @Test("Without an observer the samples are the same")
    func unobserved() throws {
        let problem = SamplingProblem(
            denoiser: ReferenceMixture.denoiser, schedule: OrderOfConvergenceTests.paths[3].schedule,
            variances: ReferenceMixture.variances, samples: 0..<6, seed: 4)
        let seen = try DormandPrince().sample(problem, observer: SamplingObserver { _ in })
        #expect(try DormandPrince(frameCount: 3).sample(problem) == seen)
    }

    @Test("A run is cancelled between steps")
    func cancelled() {
        let polls = Mutex(0)
        let problem = SamplingProblem(
            denoiser: ReferenceMixture.denoiser, schedule: FormulaSchedule.scalar(from: -6, to: 6, count: 2),
            variances: ReferenceMixture.variances, samples: 0..<2,
            isCancelled: {
                polls.withLock {
                    $0 += 1
                    return $0 > 2
                }
            })
        let error = SamplingError.cancelled(sampler: "dopri5", step: 0, of: 20)
        #expect(throws: error) { try DormandPrince().sample(problem) }
    }
}
