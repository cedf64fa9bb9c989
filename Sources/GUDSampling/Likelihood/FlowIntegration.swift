import Foundation
import GUDCore

/// Carries a batch along the probability flow from data to noise, one smooth part of the schedule after the other.
struct FlowIntegration {
    let segments: SmoothStretches
    let stepping: FlowStepping
    let isCancelled: @Sendable () -> Bool

    /// Steps below this, or more than these in one smooth part, mean that rounding is mistaken for error.
    private static let (smallestStep, mostSteps) = (1e-9, 20_000)

    /// z(1) and `∫ ∂v_i/∂z_i dt`, both row-major `[batch, K]`, from z(0).
    func carry(_ start: [Double], along field: inout FlowField) throws -> (end: [Double], divergences: [Double]) {
        var state = start + [Double](repeating: 0, count: start.count)
        var step = 0.05
        for (from, to) in zip(segments.ends, segments.ends.dropFirst()) {
            // Inside the open part: at a kink itself, a schedule may say the slope of either side.
            let inset = max(1e-9 * (to - from), 1e-12)
            func inside(_ time: Double) -> Double { min(max(time, from + inset), to - inset) }
            switch stepping {
            case .fixed(let count):
                let steps = max(1, Int((Double(count) * (to - from)).rounded()))
                try carryFixed(&state, from, to, steps) { try field.rate(of: $0, at: inside($1), into: &$2) }
            case .adaptive(let rtol, let atol):
                let control = StepControl(rtol: rtol, atol: atol, width: field.componentCount)
                try carryAdaptive(&state, from, to, &step, control) {
                    try field.rate(of: $0, at: inside($1), into: &$2)
                }
            }
        }
        return (Array(state[..<start.count]), Array(state[start.count...]))
    }

    private typealias Rate = (_ state: [Double], _ time: Double, _ result: inout [Double]) throws -> Void

    private func carryAdaptive(
        _ state: inout [Double], _ from: Double, _ to: Double, _ step: inout Double, _ control: StepControl,
        _ rate: Rate
    ) throws {
        var (time, method, steps) = (from, DormandPrinceStep(count: state.count), 0)
        while time < to {
            if isCancelled() { throw LikelihoodError.cancelled }
            let isLast = time + step * 1.0001 >= to
            let h = isLast ? to - time : step
            try method.step(state, at: time, by: h, rate)
            steps += 1
            let size = control.size(of: method.error, from: state, to: method.proposal)
            let factor = size > 0 ? min(max(0.9 * pow(size, -0.2), 0.2), 5) : 5
            if size <= 1 {
                state = method.proposal
                method.accept()
                time = isLast ? to : time + h
                // A step that was cut short by a kink says little about the next one.
                step = isLast ? max(step, h * factor) : h * factor
            } else {
                step = h * min(factor, 0.9)
                guard step > Self.smallestStep, steps < Self.mostSteps else {
                    throw LikelihoodError.stepTooSmall(time: time, rtol: control.rtol, atol: control.atol)
                }
            }
            step = min(step, 1)
        }
    }

    private func carryFixed(
        _ state: inout [Double], _ from: Double, _ to: Double, _ steps: Int, _ rate: Rate
    ) throws {
        let h = (to - from) / Double(steps)
        var stages = [[Double]](repeating: state, count: 4)
        for step in 0..<steps {
            if isCancelled() { throw LikelihoodError.cancelled }
            let time = from + Double(step) * h
            try rate(state, time, &stages[0])
            try rate(moved(state, stages[0], h / 2), time + h / 2, &stages[1])
            try rate(moved(state, stages[1], h / 2), time + h / 2, &stages[2])
            try rate(moved(state, stages[2], h), time + h, &stages[3])
            for index in state.indices {
                state[index] +=
                    h / 6 * (stages[0][index] + 2 * stages[1][index] + 2 * stages[2][index] + stages[3][index])
            }
        }
    }

    private func moved(_ state: [Double], _ rate: [Double], _ h: Double) -> [Double] {
        zip(state, rate).map { $0 + h * $1 }
    }
}

/// Measures the error of a step in units of what is allowed.
struct StepControl {
    let rtol: Double
    let atol: Double
    /// The number of components, *K*.
    let width: Int

    /// The largest over the samples, of the state and of the log-density.
    ///
    /// The state counts by its root mean square over components; the log-density by its error per component, as bits per
    /// dimension do.
    func size(of error: [Double], from: [Double], to: [Double]) -> Double {
        let half = error.count / 2
        var worst = 0.0
        for first in stride(from: 0, to: half, by: width) {
            var (squares, volume, volumeError) = (0.0, 0.0, 0.0)
            for index in first..<first + width {
                let allowed = atol + rtol * max(from[index].magnitude, to[index].magnitude)
                squares += (error[index] / allowed) * (error[index] / allowed)
                volume += to[half + index]
                volumeError += error[half + index]
            }
            let count = Double(width)
            worst = max(worst, (squares / count).squareRoot())
            worst = max(worst, volumeError.magnitude / count / (atol + rtol * volume.magnitude / count))
        }
        return worst
    }
}
