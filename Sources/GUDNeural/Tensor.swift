import CTensorEngine
import GUDCore

/// A tensor of the engine: 32-bit floating point, on one device, with automatic differentiation.
///
/// A value for practical purposes: operations return new tensors. Only parameters are changed in place, by the optimiser
/// and by ``assign(_:)``. Every operation throws the engine's own words where it fails (shapes that do not match, memory).
public final class Tensor {
    let engine: TensorEngine
    let handle: gud_tensor

    /// Takes ownership of what an engine function returned.
    init(_ handle: gud_tensor?, _ engine: TensorEngine) throws(EngineError) {
        guard let handle else { throw engine.lastError }
        self.handle = handle
        self.engine = engine
    }

    deinit { engine.functions.release(handle) }

    /// A tensor with a copy of host values in row-major order.
    public convenience init(
        _ values: Span<Float>, axes: [Int], on device: Device = .cpu, engine: TensorEngine
    ) throws(EngineError) {
        precondition(values.count == axes.reduce(1, *), "values must fill the axes")
        let handle = values.withUnsafeBufferPointer { buffer in
            withAxes(axes) { engine.functions.from_host(buffer.baseAddress, $0, $1, device.raw) }
        }
        try self.init(handle, engine)
    }

    /// A tensor of one repeated value.
    public convenience init(
        repeating value: Double, axes: [Int], on device: Device = .cpu, engine: TensorEngine
    ) throws(EngineError) {
        try self.init(withAxes(axes) { engine.functions.full($0, $1, value, device.raw) }, engine)
    }

    /// The axes, outermost first.
    public var axes: [Int] {
        (0..<engine.functions.rank(handle)).map { Int(engine.functions.axis(handle, $0)) }
    }

    /// The extent of one axis.
    public func axis(_ index: Int) -> Int { Int(engine.functions.axis(handle, Int32(index))) }

    /// The number of scalars.
    public var count: Int { axes.reduce(1, *) }

    /// The value of a tensor with a single scalar; NaN where it has more.
    public var item: Double { engine.functions.item(handle) }

    /// The scalars in row-major order, copied to the host.
    public func values() throws(EngineError) -> [Float] {
        let count = count
        var values = [Float](repeating: 0, count: count)
        let status = values.withUnsafeMutableBufferPointer {
            engine.functions.copy_to_host(handle, $0.baseAddress, count)
        }
        try engine.check(status)
        return values
    }

    /// Overwrites the scalars in place from row-major host values.
    public func assign(_ values: [Float]) throws(EngineError) {
        let status = values.withUnsafeBufferPointer {
            engine.functions.copy_from_host(handle, $0.baseAddress, values.count)
        }
        try engine.check(status)
    }
}

// MARK: Shape

extension Tensor {
    /// The same scalars under other axes; −1 stands for what is left.
    public func reshaped(_ axes: [Int]) throws(EngineError) -> Tensor {
        try Tensor(withAxes(axes) { engine.functions.reshape(handle, $0, $1) }, engine)
    }

    /// The axes in another order.
    public func permuted(_ order: [Int]) throws(EngineError) -> Tensor {
        try Tensor(withAxes(order) { engine.functions.permute(handle, $0, $1) }, engine)
    }

    /// The slices along one axis, which they do not have.
    public func unbound(axis: Int) throws(EngineError) -> [Tensor] {
        let count = self.axis(axis)
        let handles = try withUnsafeTemporaryAllocation(of: gud_tensor?.self, capacity: max(count, 1)) {
            buffer throws(EngineError) in
            buffer.initialize(repeating: nil)
            try engine.check(engine.functions.unbind(handle, Int32(axis), buffer.baseAddress, Int32(count)))
            return Array(buffer.prefix(count))
        }
        var slices: [Tensor] = []
        for handle in handles { slices.append(try Tensor(handle, engine)) }
        return slices
    }

    /// Tensors joined along one axis.
    public static func concatenated(_ tensors: [Tensor], axis: Int) throws(EngineError) -> Tensor {
        let engine = tensors[0].engine
        let handle = withHandles(tensors) { engine.functions.concatenate($0, $1, Int32(axis)) }
        return try Tensor(handle, engine)
    }

    /// The same tensor with its channels last in memory, as convolutions like it.
    public func channelsLast() throws(EngineError) -> Tensor {
        try Tensor(engine.functions.contiguous(handle, true), engine)
    }
}

// MARK: Arithmetic

extension Tensor {
    /// The element-wise sum, with broadcasting.
    public static func + (left: Tensor, right: Tensor) throws(EngineError) -> Tensor {
        try left.combined(GUD_BINARY_ADD, right)
    }
    /// The element-wise difference, with broadcasting.
    public static func - (left: Tensor, right: Tensor) throws(EngineError) -> Tensor {
        try left.combined(GUD_BINARY_SUBTRACT, right)
    }
    /// The element-wise product, with broadcasting.
    public static func * (left: Tensor, right: Tensor) throws(EngineError) -> Tensor {
        try left.combined(GUD_BINARY_MULTIPLY, right)
    }
    /// The product with a number.
    public static func * (left: Tensor, factor: Double) throws(EngineError) -> Tensor {
        try Tensor(left.engine.functions.scale(left.handle, factor), left.engine)
    }

    /// The sine of every scalar.
    public func sine() throws(EngineError) -> Tensor { try mapped(GUD_UNARY_SIN) }
    /// The cosine of every scalar.
    public func cosine() throws(EngineError) -> Tensor { try mapped(GUD_UNARY_COS) }
    /// `x · sigmoid(x)` of every scalar x.
    public func silu() throws(EngineError) -> Tensor { try mapped(GUD_UNARY_SILU) }
    /// The square of every scalar.
    public func squared() throws(EngineError) -> Tensor { try mapped(GUD_UNARY_SQUARE) }
    /// The mean of all scalars.
    public func mean() throws(EngineError) -> Tensor { try Tensor(engine.functions.mean(handle), engine) }
    /// The sum of all scalars.
    public func sum() throws(EngineError) -> Tensor { try Tensor(engine.functions.sum(handle), engine) }

    private func mapped(_ op: gud_unary_op) throws(EngineError) -> Tensor {
        try Tensor(engine.functions.unary(Int32(op.rawValue), handle), engine)
    }
    private func combined(_ op: gud_binary_op, _ right: Tensor) throws(EngineError) -> Tensor {
        try Tensor(engine.functions.binary(Int32(op.rawValue), handle, right.handle), engine)
    }
}

// MARK: Differentiation

extension Tensor {
    /// Makes this tensor a leaf whose gradient is wanted, or takes that back; returns it.
    @discardableResult
    public func requiringGradient(_ on: Bool = true) throws(EngineError) -> Tensor {
        try engine.check(engine.functions.set_requires_gradient(handle, on))
        return self
    }

    /// Accumulates gradients into the leaves, for a given gradient with respect to this tensor.
    public func backward(_ gradient: Tensor) throws(EngineError) {
        try engine.check(engine.functions.backward(handle, gradient.handle))
    }

    /// The gradients of `⟨self, cotangent⟩` with respect to a leaf, for each cotangent along the first axis.
    ///
    /// One graph serves them all, and is released afterwards.
    public func pullBackEach(_ cotangents: Tensor, to input: Tensor) throws(EngineError) -> Tensor {
        try Tensor(engine.functions.gradients_with_respect_to(handle, cotangents.handle, input.handle), engine)
    }

    /// What ``backward(_:)`` accumulated into this leaf.
    public func gradient() throws(EngineError) -> Tensor { try Tensor(engine.functions.gradient(handle), engine) }

    /// Zeros of the same axes, memory layout and device, apart from any graph.
    public func zerosLike() throws(EngineError) -> Tensor { try Tensor(engine.functions.zeros_like(handle), engine) }
}

/// Lends axes in the form that the engine takes.
func withAxes<Result>(_ axes: [Int], _ body: (UnsafePointer<Int64>?, Int32) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(axes.count, 1)) { buffer in
        for (index, axis) in axes.enumerated() { buffer[index] = Int64(axis) }
        return body(UnsafePointer(buffer.baseAddress), Int32(axes.count))
    }
}

/// Lends the handles of tensors, which stay alive meanwhile.
func withHandles<Result>(_ tensors: [Tensor], _ body: (UnsafePointer<gud_tensor?>?, Int32) -> Result) -> Result {
    withExtendedLifetime(tensors) {
        withUnsafeTemporaryAllocation(of: gud_tensor?.self, capacity: max(tensors.count, 1)) { buffer in
            for (index, tensor) in tensors.enumerated() { buffer[index] = tensor.handle }
            return body(UnsafePointer(buffer.baseAddress), Int32(tensors.count))
        }
    }
}
