import Foundation
import GUDCore
import Testing

@testable import GUDSampling

/// Where multistep solvers may look back, and where a component starts anew.
struct RestartTests {
    /// A step of γ from 1 to 0 after evaluations at 2 and 3.
    private func step(earlierRate: Double = 1, beforeEarlierRate: Double = 1, beforeEarlier: Double = 3)
        -> ComponentStep
    {
        func state(_ gamma: Double, _ rate: Double) -> ComponentState {
            ComponentState(NoisingState(time: 0.5, gamma: [gamma], gammaRate: [rate]), component: 0)
        }
        return ComponentStep(
            variance: 0.6, from: state(1, 1), to: state(0, 1), earlier: state(2, earlierRate),
            beforeEarlier: state(beforeEarlier, beforeEarlierRate))
    }

    private static let grid = TimeGrid.uniform(steps: 3)

    @Test(
        "A component that was clipped at the evaluation before takes a step of first order", arguments: [false, true])
    func clipped(isAnchored: Bool) {
        let step = step(earlierRate: 0)
        #expect(step.earlier?.gamma == nil && step.beforeEarlier?.gamma == nil)
        let first = DDIM(grid: Self.grid, isAnchored: isAnchored).update(step)
        #expect(DPMSolverPlusPlus2M(grid: Self.grid, isAnchored: isAnchored).update(step) == first)
        #expect(DPMSolverPlusPlus3M(grid: Self.grid, isAnchored: isAnchored).update(step) == first)
        let stochastic = DPMSolverPlusPlus2MSDE(grid: Self.grid, isAnchored: isAnchored).update(step)
        #expect(stochastic.previous == 0 && stochastic.jitter > 0)
        if !isAnchored { #expect(stochastic == Ancestral(grid: Self.grid).update(step)) }
    }

    @Test("One that was clipped or at rest two evaluations before looks back by one", arguments: [false, true])
    func second(isAnchored: Bool) {
        for step in [step(beforeEarlierRate: 0), step(beforeEarlier: 2)] {
            #expect(step.earlier?.gamma == 2 && step.beforeEarlier?.gamma == nil)
            let update = DPMSolverPlusPlus3M(grid: Self.grid, isAnchored: isAnchored).update(step)
            #expect(update.previous != 0 && update.beforePrevious == 0)
        }
    }

    @Test(
        "The update of third order integrates parabolas in λ exactly, by a quadrature of its own",
        arguments: [false, true])
    func parabola(isAnchored: Bool) throws {
        let step = step()
        let update = DPMSolverPlusPlus3M(grid: Self.grid, isAnchored: isAnchored).update(step)
        for power in 0...2 {
            // D = λ^power, where λ = −γ/2; du/dx = D, and z = scale · u.
            let slope = { (lambda: Double) in pow(lambda, Double(power)) }
            let scale = isAnchored ? step.to.deviation(clean: step.variance) : step.to.sigma
            let x = { (lambda: Double) in
                isAnchored ? atan2(exp(-lambda), step.variance.squareRoot()) : exp(lambda)
            }
            let pieces = 20_000
            let integral = (0..<pieces).reduce(0.0) { sum, piece in
                let (a, b) = (
                    -0.5 + 0.5 * Double(piece) / Double(pieces), -0.5 + 0.5 * Double(piece + 1) / Double(pieces)
                )
                return sum + (x(b) - x(a)) * slope((a + b) / 2)
            }
            let sum = update.current * slope(-0.5) + update.previous * slope(-1) + update.beforePrevious * slope(-1.5)
            #expect(abs(sum - scale * integral) < 1e-8)
        }
    }
}
