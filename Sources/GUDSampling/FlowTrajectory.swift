import Foundation
import GUDCore

/// One sample on its way along the probability flow in adaptive steps.
///
/// A step goes through ``begin(_:stretches:tolerance:)``, then for each further stage ``enter(stage:of:)``, an evaluation of
/// the denoiser and ``leave(stage:noise:)``, and ends with ``finish(noise:of:tolerance:)``. Samples share no step, so that each comes
/// out the same whatever the others of its batch need.
struct FlowTrajectory: Sendable {
    /// The tolerance of a path: an error of `absolute + relative · |u|` in each component.
    ///
    /// A step may use of it what it covers of the component's whole range of γ, so that errors add up to the tolerance.
    struct Tolerance: Sendable {
        let relative: Double
        let absolute: Double
    }

    /// A step that was taken, from time t to the earlier time s.
    struct Taken: Sendable {
        let times: (from: Double, to: Double)
        /// The terms of the interpolant, each of *K* numbers.
        let terms: [[Double]]

        /// u at a time of the step, to fourth order.
        func state(at time: Double, component: Int) -> Double {
            let place = (times.from - time) / (times.from - times.to)
            let rest = 1 - place
            let bent = terms[2][component] + place * (terms[3][component] + rest * terms[4][component])
            return terms[0][component] + place * (terms[1][component] + rest * bent)
        }
    }

    /// The move of γ in one step beyond which a small error estimate may be chance.
    ///
    /// Few stages then fall into the stretch where noise turns to data; such a step must do far better.
    static let longReach = 3.0
    /// The part of the tolerance that a long step may use.
    static let longShare = 0.01

    /// The time.
    private(set) var time = 1.0
    /// u = z/τ.
    private(set) var state: [Double]
    /// ε̂ at the time; empty where it is not known.
    private(set) var noise: [Float] = []
    /// Steps tried.
    private(set) var attempts = 0
    /// Which stretch the time lies in.
    private var stretch = 0
    /// The length to try; 0 before the first step.
    private var proposal = 0.0
    private var wasRejected = false

    // The step being tried.
    private var target = 0.0
    private var bounds = 0.0...1.0
    private var start: FlowStates.Moment?
    private var moment: FlowStates.Moment?
    private var stageState: [Double] = []
    private var slopes: [[Double]] = []

    /// A sample at t = 1.
    init(state: [Double]) { self.state = state }

    /// z at the current time.
    func components(_ flow: FlowStates, stretches: [Double]) throws -> (moment: FlowStates.Moment, z: [Float]) {
        let moment = try flow.moment(at: time, in: stretches[stretch + 1]...stretches[stretch])
        return (moment, state.indices.map { Float(state[$0] * moment.deviation[$0]) })
    }

    /// Steps over stretches in which no component moves.
    ///
    /// - Returns: What was stepped over; `nil` where something moves.
    mutating func skipStandstill(_ flow: FlowStates, stretches: [Double]) throws -> Taken? {
        let end = stretches[stretch + 1]
        guard time == stretches[stretch],
            try flow.schedule.gammaRate(at: (time + end) / 2).allSatisfy({ $0 == 0 })
        else { return nil }
        let zeros = state.map { _ in 0.0 }
        let taken = Taken(times: (time, end), terms: [state, zeros, zeros, zeros, zeros])
        (time, noise) = (end, [])
        stretch += 1
        return taken
    }

    /// Takes note of ε̂ at the current time.
    mutating func know(_ noise: [Float]) { self.noise = noise }

    /// Chooses the step to try, and evaluates its first stage.
    mutating func begin(_ flow: FlowStates, stretches: [Double], tolerance: Tolerance) throws {
        attempts += 1
        bounds = stretches[stretch + 1]...stretches[stretch]
        let start = try flow.moment(at: time, in: bounds)
        self.start = start
        slopes = [state.indices.map { start.velocity($0, state[$0], noise: noise[$0]) }]
        if proposal == 0 { proposal = firstLength(start, tolerance) }
        // A step that would leave less than a hundredth of itself goes to the end of the stretch.
        let next = time - proposal
        target = next < bounds.lowerBound + proposal / 100 ? bounds.lowerBound : next
    }

    /// The state and the noising state at which a stage evaluates the denoiser.
    mutating func enter(stage: Int, of flow: FlowStates) throws -> (noising: NoisingState, z: [Float]) {
        let length = time - target
        let place = DormandPrinceTableau.nodes[stage]
        let now = try flow.moment(at: place == 1 ? target : time - place * length, in: bounds)
        let weights = DormandPrinceTableau.stages[stage]
        stageState = state
        for (weight, slope) in zip(weights, slopes) where weight != 0 {
            for index in stageState.indices { stageState[index] -= length * weight * slope[index] }
        }
        moment = now
        return (now.noising, stageState.indices.map { Float(stageState[$0] * now.deviation[$0]) })
    }

    /// Takes the slope of a stage from its ε̂.
    mutating func leave(stage: Int, noise: ArraySlice<Float>) {
        guard let moment else { return }
        slopes.append(zip(stageState.indices, noise).map { moment.velocity($0, stageState[$0], noise: $1) })
    }

    /// Decides on the step; the stage entered last is where it ends.
    ///
    /// - Parameter noise: ε̂ there.
    /// - Returns: The step, where its error is within the tolerance; otherwise the next is shorter.
    mutating func finish(noise: ArraySlice<Float>, of flow: FlowStates, tolerance: Tolerance) -> Taken? {
        guard let start, let moment else { return nil }
        let length = time - target
        let slopes = slopes
        func combined(_ weights: [Double], _ index: Int) -> Double {
            weights.indices.reduce(0) { $0 - length * weights[$1] * slopes[$1][index] }
        }
        var (sum, moving, reach) = (0.0, 0, 0.0)
        for index in state.indices where start.rate[index] > 0 && moment.rate[index] > 0 {
            let error = combined(DormandPrinceTableau.error, index)
            let size = max(abs(state[index]), abs(stageState[index]))
            let move = start.noising.gamma[index] - moment.noising.gamma[index]
            reach = max(reach, move)
            let ratio = error * flow.ranges[index] / (move * (tolerance.absolute + tolerance.relative * size))
            sum += ratio * ratio
            moving += 1
        }
        let caution = reach > Self.longReach ? Self.longShare : 1
        let error = (sum / Double(max(moving, 1))).squareRoot() / caution
        let factor = min(max(0.9 * pow(error, -0.25), 0.2), wasRejected ? 1 : 5)
        guard error <= 1 else {
            (proposal, wasRejected) = (length * min(factor, 0.9), true)
            return nil
        }
        let rise = state.indices.map { stageState[$0] - state[$0] }
        let bend = state.indices.map { -length * slopes[0][$0] - rise[$0] }
        let taken = Taken(
            times: (time, target),
            terms: [
                state, rise, bend, state.indices.map { rise[$0] + length * slopes[6][$0] - bend[$0] },
                state.indices.map { combined(DormandPrinceTableau.interpolant, $0) },
            ])
        // A step that was cut short at the end of a stretch says little against longer ones.
        proposal = max(length * factor, target == bounds.lowerBound ? proposal : 0)
        (wasRejected, state, time, self.noise) = (false, stageState, target, Array(noise))
        if target == bounds.lowerBound {
            stretch += 1
            if flow.jumps.contains(target) { self.noise = [] }
        }
        return taken
    }

    /// A hundredth of the time in which the state would change by itself, as Hairer, Nørsett & Wanner begin, section II.4.
    private func firstLength(_ start: FlowStates.Moment, _ tolerance: Tolerance) -> Double {
        var (size, speed) = (0.0, 0.0)
        for index in state.indices where start.rate[index] != 0 {
            let scale = tolerance.absolute + tolerance.relative * abs(state[index])
            size += (state[index] / scale) * (state[index] / scale)
            speed += (slopes[0][index] / scale) * (slopes[0][index] / scale)
        }
        let length = bounds.upperBound - bounds.lowerBound
        return speed > 0 ? min(max(0.01 * (size / speed).squareRoot(), 1e-4 * length), length) : length
    }
}
