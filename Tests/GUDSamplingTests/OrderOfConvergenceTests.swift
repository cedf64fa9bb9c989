import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Orders of convergence on a two-dimensional mixture, against the probability flow of `Tests/Reference/samplers.py` (DOP853
/// at relative tolerance 1e-12).
struct OrderOfConvergenceTests {
    struct Path: Sendable, CustomStringConvertible {
        let description: String
        let schedule: FormulaSchedule
        let ends: [Double]
    }

    static let paths = [
        Path(
            description: "scalar", schedule: .scalar(from: -6, to: 6, count: 2),
            ends: [1.250407577, -0.516288726, -0.959324431, 0.807795328, -0.388385929, 1.158268697]),
        Path(
            description: "offset", schedule: .linear(from: [-8, -4], to: [4, 8]),
            ends: [1.187584048, -0.513483691, -0.89984908, 0.971703117, 0.806856334, 0.15064378]),
        Path(
            description: "curved",
            schedule: FormulaSchedule(
                componentCount: 2, gammas: { [-6 + 12 * $0 * $0, -6 + 12 * (2 * $0 - $0 * $0)] },
                rates: { [24 * $0, 24 * (1 - $0)] }),
            ends: [1.204275914, -0.501777513, -0.870273079, 1.00027183, 0.820948448, 0.120396801]),
        Path(
            description: "clipped", schedule: .linear(from: [-6, -12], to: [12, 6], clip: -6...6),
            ends: [1.405017136, -0.513468477, -0.920219208, 0.245653617, -0.709963761, 1.170333739]),
    ]

    private func errors(
        _ path: Path, _ solver: (TimeGrid) -> any Integrator, steps: [Int]
    ) throws -> [(x: Double, y: Double)] {
        try steps.map { count in
            let end = try solver(.uniform(steps: count)).flow(
                [0.7, -0.3, -1.1, 0.4, 0.2, 1.5], denoiser: ReferenceMixture.denoiser, schedule: path.schedule,
                variances: ReferenceMixture.variances)
            return (log(1 / Double(count)), log(largestDifference(end, path.ends)))
        }
    }

    @Test("DDIM is of first order", arguments: paths, [false, true])
    func firstOrder(path: Path, isAnchored: Bool) throws {
        let errors = try errors(path, { DDIM(grid: $0, isAnchored: isAnchored) }, steps: [160, 320, 640, 1280])
        print("ddim \(path) anchored \(isAnchored): order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(abs(slope(errors) - 1) < 0.15)
    }

    @Test("DPM-Solver++ (2M) is of second order", arguments: paths, [false, true])
    func secondOrder(path: Path, isAnchored: Bool) throws {
        let errors = try errors(
            path, { DPMSolverPlusPlus2M(grid: $0, isAnchored: isAnchored) }, steps: [80, 160, 320, 640])
        print("dpm++2m \(path) anchored \(isAnchored): order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(abs(slope(errors) - 2) < 0.25)
    }

    @Test("Heun's method is of second order", arguments: paths, [false, true])
    func heun(path: Path, isAnchored: Bool) throws {
        let errors = try errors(path, { Heun(grid: $0, isAnchored: isAnchored) }, steps: [80, 160, 320, 640])
        print("heun \(path) anchored \(isAnchored): order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(abs(slope(errors) - 2) < 0.25)
    }

    @Test("DPM-Solver++ (3M) is of third order", arguments: paths, [false, true])
    func thirdOrder(path: Path, isAnchored: Bool) throws {
        // Finer steps come near to the rounding of states in Float.
        let errors = try errors(
            path, { DPMSolverPlusPlus3M(grid: $0, isAnchored: isAnchored) }, steps: [30, 60, 90, 120, 150])
        print("dpm++3m \(path) anchored \(isAnchored): order \(slope(errors)), errors \(errors.map { exp($0.y) })")
        #expect(abs(slope(errors) - 3) < 0.5)
    }

    @Test("Dormand and Prince's method keeps its tolerance", arguments: paths, [false, true])
    func tolerance(path: Path, isAnchored: Bool) throws {
        for tolerance in [1e-3, 1e-4, 1e-5, 1e-6] {
            let solver = DormandPrince(
                relativeTolerance: tolerance, absoluteTolerance: tolerance, isAnchored: isAnchored)
            let end = try solver.flow(
                [0.7, -0.3, -1.1, 0.4, 0.2, 1.5], denoiser: ReferenceMixture.denoiser, schedule: path.schedule,
                variances: ReferenceMixture.variances)
            let error = largestDifference(end, path.ends)
            print("dopri5 \(path) anchored \(isAnchored), tolerance \(tolerance): error \(error)")
            // The error estimate is that of the fourth order, and the flow stretches errors of early steps.
            #expect(error < 4 * tolerance)
        }
    }
}
