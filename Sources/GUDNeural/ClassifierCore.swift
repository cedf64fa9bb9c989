import Foundation
import GUDCore

/// Everything of a classifier that lives in the tensor engine.
///
/// Not thread safe; ``ImageClassifier`` keeps it behind a lock.
struct ClassifierCore {
    private let engine: TensorEngine
    private let device: Device
    private let network: ClassifierNetwork
    private let parameters: [(name: String, tensor: Tensor)]
    private let dimension: Int
    private var optimiser: Optimiser?

    /// The number of trainable scalars.
    let parameterCount: Int

    init(
        seed: UInt64, device: String, dimension: Int,
        build: (ParameterBuilder) throws(EngineError) -> ClassifierNetwork
    ) throws(EngineError) {
        engine = try TensorEngine.shared()
        self.device = try Device(device, in: engine)
        self.dimension = dimension
        let builder = ParameterBuilder(engine: engine, device: self.device, seed: seed)
        network = try build(builder)
        parameters = builder.parameters
        for (_, tensor) in parameters { try tensor.requiringGradient() }
        parameterCount = parameters.reduce(0) { $0 + $1.tensor.count }
    }

    private func tensor(_ values: [Float], _ axes: [Int]) throws(EngineError) -> Tensor {
        try Tensor(values.span, axes: axes, on: device, engine: engine)
    }

    func predict(_ images: [Float], axes: [Int]) throws(EngineError) -> (features: [Float], logits: [Float]) {
        try engine.withThreads(dimension: dimension) { () throws(EngineError) in
            try engine.withInference { () throws(EngineError) in
                let (features, logits) = try network(try tensor(images, axes), isTraining: false)
                return (try features.values(), try logits.values())
            }
        }
    }

    mutating func beginTraining(_ options: OptimiserOptions) throws(EngineError) {
        optimiser = try Optimiser(parameters.map(\.tensor), options: options)
    }

    mutating func step(
        _ images: [Float], axes: [Int], labels: [Int], learningRate: Double, randomSeed: UInt64
    ) throws(EngineError) -> Double {
        guard var optimiser else { throw .operation("a step was taken before training began") }
        let loss = try engine.withThreads(dimension: dimension) { () throws(EngineError) in
            let logits = try engine.withSeed(randomSeed) { () throws(EngineError) in
                try network(try tensor(images, axes), isTraining: true).logits
            }
            let (loss, gradient) = Self.crossEntropy(try logits.values(), labels)
            try optimiser.clearGradients()
            try logits.backward(try tensor(gradient, logits.axes))
            _ = try optimiser.step(learningRate: learningRate, averages: [])
            return loss
        }
        self.optimiser = optimiser
        return loss
    }

    /// The mean of `−log softmax(logits)[label]`, and its gradient `(softmax − one-hot)/batch`.
    static func crossEntropy(_ logits: [Float], _ labels: [Int]) -> (loss: Double, gradient: [Float]) {
        let classes = logits.count / max(labels.count, 1)
        var (loss, gradient) = (0.0, logits)
        for (row, label) in labels.enumerated() {
            let places = row * classes..<(row + 1) * classes
            let largest = Double(logits[places].max() ?? 0)
            let total = logits[places].reduce(0.0) { $0 + exp(Double($1) - largest) }
            loss += log(total) + largest - Double(logits[row * classes + label])
            for place in places {
                let probability = exp(Double(logits[place]) - largest) / total
                let target = place == row * classes + label ? 1.0 : 0
                gradient[place] = Float((probability - target) / Double(labels.count))
            }
        }
        return (loss / Double(max(labels.count, 1)), gradient)
    }

    func state() throws(EngineError) -> StateArrays {
        var state = StateArrays()
        for (name, tensor) in parameters {
            state[name] = .init(axes: tensor.axes, values: .float(try tensor.values()))
        }
        return state
    }

    mutating func restore(_ state: StateArrays) throws(EngineError) {
        for (name, tensor) in parameters {
            guard let values = state.floats(name, axes: tensor.axes) else {
                throw .operation("the kept weights have no '\(name)' of shape \(tensor.axes)")
            }
            try tensor.assign(values)
        }
    }
}
