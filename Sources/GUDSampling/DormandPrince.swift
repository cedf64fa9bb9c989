import GUDCore

/// The method of Dormand and Prince of order 5(4): the deterministic sampler with adaptive steps and a tolerance.
///
/// It integrates the probability flow in the variables of `FlowStates.swift`, z itself or z/τ, each sample in steps of its own.
/// A step may make the part of the tolerance, `atol + rtol |u|`, that it covers of a component's range of γ, in the root mean
/// square over the components that move; so errors add up to the tolerance. (With a tolerance for each step alone, as is
/// customary, they added up to 10 to 150 times as much on the flows of the tests.) Six evaluations for each step tried.
///
/// Steps end where components start or stop to move (`SmoothStretches.swift`) and where guidance sets in or ceases, so that clipped and
/// autoregressive schedules and guidance intervals keep the order; components at rest keep their bits. For Gaussian data the anchored form takes one step for each such stretch.
///
/// The observer is told of states at equal distances of time, interpolated to fourth order, and of the cost of a batch.
///
/// Source: Dormand & Prince (1980), see `DormandPrinceTableau.swift`; for diffusion models Song et al., arXiv:2011.13456, section 4.3.
public struct DormandPrince: Sampler {
    /// The name in the registry.
    public static let name = "dopri5"
    /// The relative tolerance of a step.
    public let relativeTolerance: Double
    /// The absolute tolerance of a step.
    public let absoluteTolerance: Double
    /// How many steps a sample may try.
    public let stepLimit: Int
    /// How many states an observer sees after the one at t = 1.
    public let frameCount: Int
    /// Whether it integrates the residual to the Gaussian fit.
    public let isAnchored: Bool

    /// The method at a tolerance.
    public init(
        relativeTolerance: Double = 1e-4, absoluteTolerance: Double = 1e-4, stepLimit: Int = 10_000,
        frameCount: Int = 20, isAnchored: Bool = true
    ) {
        self.relativeTolerance = relativeTolerance
        self.absoluteTolerance = absoluteTolerance
        self.stepLimit = stepLimit
        self.frameCount = frameCount
        self.isAnchored = isAnchored
    }

    /// Draws samples: see ``Sampler/sample(_:observer:)``.
    ///
    /// - Throws: ``SamplingError/stepLimit(sampler:limit:time:sample:)`` where the tolerance asks for more steps than allowed.
    /// - Complexity: Six evaluations of the denoiser per step tried, one at t = 1 and one for the final denoising.
    public func sample(_ problem: SamplingProblem, observer: SamplingObserver?) throws -> [Float] {
        try SamplingRun.sample(problem, sampler: Self.name, stepCount: frameCount, observer: observer, integrate)
    }

    /// Takes a batch from the state at t = 1 to the state at t = 0.
    func integrate(_ run: inout SamplingRun) throws {
        let (variances, width) = (run.problem.variances, run.problem.componentCount)
        let flow = try FlowStates(
            schedule: run.schedule, variances: isAnchored ? variances : variances.map { _ in 1 }, jumps: run.jumps)
        let stretches = Set(try SmoothStretches(run.schedule).ends + run.jumps).sorted(by: >)
        let tolerance = FlowTrajectory.Tolerance(relative: relativeTolerance, absolute: absoluteTolerance)
        let start = try flow.moment(at: 1, in: stretches[1]...1)
        var paths = (0..<run.batch.count).map { sample in
            FlowTrajectory(
                state: (0..<width).map { Double(run.components[sample * width + $0]) / start.deviation[$0] })
        }
        var frames = FlowFrames(count: frameCount, of: run, all: run.observer != nil)
        try run.report(step: 0)
        while true {
            for index in paths.indices {
                while paths[index].time > 0,
                    let taken = try paths[index].skipStandstill(flow, stretches: stretches)
                {
                    try frames.add(taken, of: index, along: flow)
                }
            }
            try frames.report(to: &run)
            let active = paths.indices.filter { paths[$0].time > 0 }
            if active.isEmpty { return }
            try run.stopIfCancelled(step: frames.reported)

            let unknown = active.filter { paths[$0].noise.isEmpty }
            let known = try unknown.map { try paths[$0].components(flow, stretches: stretches) }
            let estimates = try run.noise(
                of: unknown, at: known.map { ($0.moment.noising, $0.z) }, step: frames.reported)
            for (row, index) in unknown.enumerated() { paths[index].know(Array(estimates[row])) }

            for index in active {
                guard paths[index].attempts < stepLimit else {
                    throw SamplingError.stepLimit(
                        sampler: Self.name, limit: stepLimit, time: paths[index].time,
                        sample: run.batch.lowerBound + index)
                }
                try paths[index].begin(flow, stretches: stretches, tolerance: tolerance)
            }
            var last: [ArraySlice<Float>] = []
            for stage in 1..<DormandPrinceTableau.nodes.count {
                let points = try active.map { try paths[$0].enter(stage: stage, of: flow) }
                last = try run.noise(of: active, at: points, step: frames.reported)
                for (row, index) in active.enumerated() { paths[index].leave(stage: stage, noise: last[row]) }
            }
            for (row, index) in active.enumerated() {
                if let taken = paths[index].finish(noise: last[row], of: flow, tolerance: tolerance) {
                    try frames.add(taken, of: index, along: flow)
                } else {
                    run.cost.rejectedSteps += 1
                }
            }
        }
    }
}

extension SamplingRun {
    /// ε̂ of some samples, each in a noising state of its own.
    fileprivate mutating func noise(
        of samples: [Int], at points: [(noising: NoisingState, z: [Float])], step: Int
    ) throws -> [ArraySlice<Float>] {
        guard !samples.isEmpty else { return [] }
        let width = problem.componentCount
        var noise = [Float](repeating: 0, count: samples.count * width)
        try predictNoise(
            in: points.flatMap(\.z), samples: samples, states: points.map(\.noising), into: &noise)
        if let index = noise.firstIndex(where: { !$0.isFinite }) {
            throw notFinite(
                step: step, time: points[index / width].noising.time, sample: samples[index / width],
                component: index % width)
        }
        return samples.indices.map { noise[$0 * width..<($0 + 1) * width] }
    }
}

extension DormandPrince {
    static let rtol = Parameter(
        "rtol", default: 1e-4, range: 1e-7...0.1, "Relative tolerance of a step, in units of each component.")
    static let atol = Parameter(
        "atol", default: 1e-4, range: 1e-7...0.1, "Absolute tolerance of a step, in units of each component.")
    static let frames = Parameter(
        "frames", default: 20, range: 1...100_000, "States that are reported on the way; they cost no evaluations.")
    static let maxSteps = Parameter(
        "maxSteps", default: 10_000, range: 1...10_000_000, "Steps that a sample may try before it is an error.")

    static var factory: SamplerFactory {
        let anchored = SamplerParameter.anchored
        return SamplerFactory(
            Descriptor(
                name: name,
                summary: "Deterministic, adaptive: Dormand and Prince's method of order 5(4) to a tolerance.",
                schema: ParameterSchema([
                    rtol.specification, atol.specification, frames.specification, maxSteps.specification,
                    anchored.specification,
                ]))
        ) {
            DormandPrince(
                relativeTolerance: $0[rtol], absoluteTolerance: $0[atol], stepLimit: $0[maxSteps],
                frameCount: $0[frames], isAnchored: $0[anchored])
        }
    }
}
