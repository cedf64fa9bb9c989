import CTensorEngine
import GUDCore

/// `y = x Wᵀ + b` on the last axis.
struct Linear {
    let weight: Tensor
    let bias: Tensor

    /// Uniform in ±1/√inputs, as is customary; or zero, for a layer that should begin silent.
    init(_ builder: ParameterBuilder, _ inputs: Int, _ outputs: Int, zero: Bool = false) throws(EngineError) {
        let bound = zero ? 0 : 1 / Double(inputs).squareRoot()
        weight = try builder.uniform("weight", axes: [outputs, inputs], bound: bound)
        bias = try builder.uniform("bias", axes: [outputs], bound: bound)
    }

    func callAsFunction(_ input: Tensor) throws(EngineError) -> Tensor {
        try Tensor(input.engine.functions.linear(input.handle, weight.handle, bias.handle), input.engine)
    }
}

/// A two-dimensional convolution on `[batch, channels, height, width]`, padded so that a stride of 1 keeps the size.
struct Convolution {
    let weight: Tensor
    let bias: Tensor
    let stride: Int32
    let padding: Int32

    init(
        _ builder: ParameterBuilder, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1, zero: Bool = false
    ) throws(EngineError) {
        let bound = zero ? 0 : 1 / Double(inputs * kernel * kernel).squareRoot()
        weight = try builder.uniform("weight", axes: [outputs, inputs, kernel, kernel], bound: bound)
        bias = try builder.uniform("bias", axes: [outputs], bound: bound)
        self.stride = Int32(stride)
        padding = Int32(kernel / 2)
    }

    func callAsFunction(_ input: Tensor) throws(EngineError) -> Tensor {
        try Tensor(
            input.engine.functions.conv2d(input.handle, weight.handle, bias.handle, stride, padding), input.engine)
    }
}

/// Group normalisation, with SiLU after it where it is asked for.
///
/// Source: Wu & He, "Group normalization", arXiv:1803.08494.
struct GroupNormalisation {
    let weight: Tensor
    let bias: Tensor
    let groups: Int32
    let activates: Bool

    /// The group count is the largest divisor of the channels that is at most `groups`.
    init(_ builder: ParameterBuilder, _ channels: Int, groups: Int, silu: Bool) throws(EngineError) {
        weight = try builder.constant("weight", axes: [channels], 1)
        bias = try builder.constant("bias", axes: [channels], 0)
        self.groups = Int32((1...min(groups, channels)).last { channels % $0 == 0 } ?? 1)
        activates = silu
    }

    func callAsFunction(_ input: Tensor) throws(EngineError) -> Tensor {
        try Tensor(
            input.engine.functions.group_norm(input.handle, groups, weight.handle, bias.handle, 1e-5, activates),
            input.engine)
    }
}

/// Normalisation over the channels of each pixel, and SiLU after it: what happens elsewhere in the image is of no consequence.
///
/// Source: Ba, Kiros & Hinton, "Layer normalization", arXiv:1607.06450, per pixel as in Liu et al., arXiv:2201.03545.
struct PixelNormalisation {
    private let norm: GroupNormalisation

    init(_ builder: ParameterBuilder, _ channels: Int) throws(EngineError) {
        norm = try GroupNormalisation(builder, channels, groups: 1, silu: true)
    }

    func callAsFunction(_ input: Tensor) throws(EngineError) -> Tensor {
        let (batch, channels, height, width) = (input.axis(0), input.axis(1), input.axis(2), input.axis(3))
        // Channels last in memory: every pixel is a sample of its own, without a copy.
        let pixels = try input.permuted([0, 2, 3, 1]).reshaped([batch * height * width, channels, 1, 1])
        return try norm(pixels).reshaped([batch, height, width, channels]).permuted([0, 3, 1, 2])
    }
}

extension Tensor {
    /// Sets each scalar to zero with the given probability and scales the rest up; for training only.
    func droppedOut(_ probability: Double) throws(EngineError) -> Tensor {
        probability > 0 ? try Tensor(engine.functions.dropout(handle, probability), engine) : self
    }

    /// Each pixel repeated into a 2 × 2 block.
    func upsampledTwofold() throws(EngineError) -> Tensor {
        try Tensor(
            engine.functions.upsample_nearest(handle, Int64(2 * axis(2)), Int64(2 * axis(3))), engine)
    }

    /// Images `[batch, channels, height, width]` at another size: bilinear, averaging where they become smaller.
    func resized(height: Int, width: Int) throws(EngineError) -> Tensor {
        try Tensor(engine.functions.resize(handle, Int64(height), Int64(width)), engine)
    }

    /// Scaled dot-product attention on `[batch, heads, positions, width]`.
    static func attention(query: Tensor, key: Tensor, value: Tensor) throws(EngineError) -> Tensor {
        try Tensor(query.engine.functions.attention(query.handle, key.handle, value.handle), query.engine)
    }
}
