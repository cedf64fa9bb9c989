import CTensorEngine
import GUDCore

/// AdamW over a list of parameters, with clipped gradients and a running average of the weights.
///
/// Source: Loshchilov & Hutter, arXiv:1711.05101; the warm-up of the average, `min(decay, (1 + n)/(10 + n))`, is that of
/// TensorFlow's ExponentialMovingAverage.
struct Optimiser {
    private let options: OptimiserOptions
    private let parameters: [Tensor]
    private let firstMoments: [Tensor]
    private let secondMoments: [Tensor]
    /// The engine counts steps in a tensor per parameter.
    private let steps: [Tensor]
    private var stepCount = 0
    private var engine: TensorEngine { parameters[0].engine }

    init(_ parameters: [Tensor], options: OptimiserOptions) throws(EngineError) {
        self.options = options
        self.parameters = parameters
        var (first, second, steps): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
        for parameter in parameters {
            first.append(try parameter.zerosLike())
            second.append(try parameter.zerosLike())
            steps.append(try parameter.scalarZero())
        }
        (firstMoments, secondMoments, self.steps) = (first, second, steps)
    }

    func clearGradients() throws(EngineError) {
        try engine.check(withHandles(parameters) { engine.functions.clear_gradients($0, $1) })
    }

    /// Clips the gradients, updates the parameters and moves the averages, where there are any, towards them.
    ///
    /// - Returns: The joint norm of the gradients before clipping. Where it is not finite nothing is changed.
    mutating func step(learningRate: Double, averages: [Tensor]) throws(EngineError) -> Double {
        let norm = withHandles(parameters) { engine.functions.clip_gradients($0, $1, options.gradientClip) }
        guard norm.isFinite else { return norm }
        let settings = gud_adamw(
            learning_rate: learningRate, beta1: options.beta1, beta2: options.beta2, epsilon: options.epsilon,
            weight_decay: options.weightDecay)
        let status = withHandles(parameters) { parameters, count in
            withHandles(firstMoments) { first, _ in
                withHandles(secondMoments) { second, _ in
                    withHandles(steps) { steps, _ in
                        engine.functions.adamw(parameters, first, second, steps, count, settings)
                    }
                }
            }
        }
        try engine.check(status)
        stepCount += 1
        guard !averages.isEmpty else { return norm }
        let decay = min(options.averaging, Double(1 + stepCount) / Double(10 + stepCount))
        let averaged = withHandles(averages) { targets, count in
            withHandles(parameters) { sources, _ in engine.functions.interpolate(targets, sources, count, 1 - decay) }
        }
        try engine.check(averaged)
        return norm
    }

    /// The moments and the count of steps.
    func state(names: [String]) throws -> StateArrays {
        var state = StateArrays()
        for (index, name) in names.enumerated() {
            let axes = parameters[index].axes
            state["first.\(name)"] = .init(axes: axes, values: .float(try firstMoments[index].values()))
            state["second.\(name)"] = .init(axes: axes, values: .float(try secondMoments[index].values()))
        }
        state["steps"] = .init(axes: [1], values: .integer([Int64(stepCount)]))
        return state
    }

    /// Takes moments and the count of steps from a kept state.
    mutating func restore(_ state: StateArrays, names: [String]) throws(EngineError) {
        guard case .integer(let counts)? = state["steps"]?.values, let count = counts.first else { return }
        stepCount = Int(count)
        for (index, name) in names.enumerated() {
            let axes = parameters[index].axes
            guard let first = state.floats("first.\(name)", axes: axes),
                let second = state.floats("second.\(name)", axes: axes)
            else { throw .operation("the checkpoint has no optimiser moments for '\(name)'") }
            try firstMoments[index].assign(first)
            try secondMoments[index].assign(second)
            try steps[index].assign([Float(stepCount)])
        }
    }
}

extension Tensor {
    /// A single zero on the same device.
    fileprivate func scalarZero() throws(EngineError) -> Tensor { try zerosLike().sum().reshaped([]) }
}
