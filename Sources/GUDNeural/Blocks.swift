import Foundation
import GUDCore

/// Sines and cosines of a number at periods from 2π to 2π·10⁴ in its own unit.
///
/// Source: Ho, Jain & Abbeel, "Denoising diffusion probabilistic models", arXiv:2006.11239, appendix B.
struct Sinusoids {
    /// The number of features: an even number.
    let count: Int
    private let frequencies: Tensor

    init(_ builder: ParameterBuilder, features: Int) throws(EngineError) {
        let half = features / 2
        count = 2 * half
        let values = (0..<half).map { index in Float(exp(-9.210340371976184 * Double(index) / Double(half))) }
        frequencies = try Tensor(values.span, axes: [1, half], on: builder.device, engine: builder.engine)
    }

    /// The features `[n, count]` of `[n]` numbers.
    func callAsFunction(_ numbers: Tensor) throws(EngineError) -> Tensor {
        let angles = try numbers.reshaped([-1, 1]) * frequencies
        return try Tensor.concatenated([try angles.sine(), try angles.cosine()], axis: 1)
    }
}

/// Sinusoidal features of a number per sample, through two dense layers.
struct TimeEmbedding {
    /// The width of the result.
    let width: Int
    private let sinusoids: Sinusoids
    private let first: Linear
    private let second: Linear

    init(_ builder: ParameterBuilder, features: Int, width: Int) throws(EngineError) {
        self.width = width
        let sinusoids = try Sinusoids(builder, features: features)
        self.sinusoids = sinusoids
        first = try builder.scope("time.0") { builder throws(EngineError) in
            try Linear(builder, sinusoids.count, width)
        }
        second = try builder.scope("time.1") { builder throws(EngineError) in try Linear(builder, width, width) }
    }

    /// The embedding of `[batch]` numbers, `[batch, width]`.
    func callAsFunction(_ numbers: Tensor) throws(EngineError) -> Tensor {
        try second(try first(try sinusoids(numbers)).silu())
    }
}

/// Two normalised convolutions with the embedding added between them, and a shortcut around both.
///
/// Source: Ho, Jain & Abbeel, arXiv:2006.11239; He et al., arXiv:1603.05027.
struct ResidualBlock {
    private let firstNorm: GroupNormalisation
    private let firstConvolution: Convolution
    private let projection: Linear
    private let secondNorm: GroupNormalisation
    private let secondConvolution: Convolution
    private let shortcut: Convolution?
    private let dropout: Double

    init(
        _ builder: ParameterBuilder, _ inputs: Int, _ outputs: Int, embedding: Int, options: UNetOptions
    ) throws(EngineError) {
        firstNorm = try builder.scope("norm1") { builder throws(EngineError) in
            try GroupNormalisation(builder, inputs, groups: options.groups, silu: true)
        }
        firstConvolution = try builder.scope("conv1") { builder throws(EngineError) in
            try Convolution(builder, inputs, outputs)
        }
        projection = try builder.scope("embedding") { builder throws(EngineError) in
            try Linear(builder, embedding, outputs)
        }
        secondNorm = try builder.scope("norm2") { builder throws(EngineError) in
            try GroupNormalisation(builder, outputs, groups: options.groups, silu: true)
        }
        secondConvolution = try builder.scope("conv2") { builder throws(EngineError) in
            try Convolution(builder, outputs, outputs)
        }
        shortcut =
            inputs == outputs
            ? nil
            : try builder.scope("shortcut") { builder throws(EngineError) in
                try Convolution(builder, inputs, outputs, kernel: 1)
            }
        dropout = options.dropout
    }

    func callAsFunction(_ input: Tensor, _ embedding: Tensor, isTraining: Bool) throws(EngineError) -> Tensor {
        var hidden = try firstConvolution(try firstNorm(input))
        hidden = try hidden + (try projection(embedding).reshaped([hidden.axis(0), -1, 1, 1]))
        hidden = try secondNorm(hidden)
        if isTraining { hidden = try hidden.droppedOut(dropout) }
        hidden = try secondConvolution(hidden)
        return try hidden + (try shortcut.map { shortcut throws(EngineError) in try shortcut(input) } ?? input)
    }
}

/// Multi-head self-attention over the pixels of an image, around a shortcut.
///
/// Source: Vaswani et al., arXiv:1706.03762; Ho, Jain & Abbeel, arXiv:2006.11239.
struct SelfAttention {
    private let norm: GroupNormalisation
    private let projections: Convolution
    private let output: Convolution
    private let heads: Int

    init(_ builder: ParameterBuilder, _ channels: Int, options: UNetOptions) throws(EngineError) {
        norm = try builder.scope("norm") { builder throws(EngineError) in
            try GroupNormalisation(builder, channels, groups: options.groups, silu: false)
        }
        projections = try builder.scope("qkv") { builder throws(EngineError) in
            try Convolution(builder, channels, 3 * channels, kernel: 1)
        }
        output = try builder.scope("output") { builder throws(EngineError) in
            try Convolution(builder, channels, channels, kernel: 1)
        }
        heads = (1...min(options.heads, channels)).last { channels % $0 == 0 } ?? 1
    }

    func callAsFunction(_ input: Tensor) throws(EngineError) -> Tensor {
        let (batch, channels, height, width) = (input.axis(0), input.axis(1), input.axis(2), input.axis(3))
        let headWidth = channels / heads
        // Channels last in memory: pixels × (3, heads, width) is a view of the projection.
        let parts = try projections(try norm(input)).permuted([0, 2, 3, 1])
            .reshaped([batch, height * width, 3, heads, headWidth]).permuted([2, 0, 3, 1, 4]).unbound(axis: 0)
        let mixed = try Tensor.attention(query: parts[0], key: parts[1], value: parts[2])
        let image = try mixed.permuted([0, 2, 1, 3]).reshaped([batch, height, width, channels]).permuted([0, 3, 1, 2])
        return try input + (try output(image))
    }
}
