import Foundation
import GUDCore

/// Makes the parameters of a network, and lists them by name in the order in which they were made.
///
/// Initial values come from counter-based noise: the same seed gives the same weights on every device, and a parameter's
/// values depend on its place in the list alone.
final class ParameterBuilder {
    let engine: TensorEngine
    let device: Device
    private let noise: CounterNoise
    private var path: [String] = []
    private(set) var parameters: [(name: String, tensor: Tensor)] = []

    init(engine: TensorEngine, device: Device, seed: UInt64) {
        self.engine = engine
        self.device = device
        noise = CounterNoise(seed: seed, purpose: .initialisation)
    }

    /// Runs the body with a name added to those of the parameters it makes.
    func scope<Result>(
        _ name: String, _ body: (ParameterBuilder) throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        path.append(name)
        defer { path.removeLast() }
        return try body(self)
    }

    /// A parameter, uniform in ±`bound`.
    func uniform(_ name: String, axes: [Int], bound: Double) throws(EngineError) -> Tensor {
        let index = parameters.count
        var values = [Float](repeating: 0, count: axes.reduce(1, *))
        for position in values.indices {
            let unit = noise.uniform(sample: index, component: position)
            values[position] = Float((2 * unit - 1) * bound)
        }
        return try add(name, Tensor(values.span, axes: axes, on: device, engine: engine))
    }

    /// A parameter of one repeated value.
    func constant(_ name: String, axes: [Int], _ value: Double) throws(EngineError) -> Tensor {
        try add(name, Tensor(repeating: value, axes: axes, on: device, engine: engine))
    }

    private func add(_ name: String, _ tensor: Tensor) throws(EngineError) -> Tensor {
        // Convolution kernels are kept channels last, like the images that they meet.
        let parameter = tensor.axes.count == 4 ? try tensor.channelsLast() : tensor
        parameters.append(((path + [name]).joined(separator: "."), parameter))
        return parameter
    }
}
