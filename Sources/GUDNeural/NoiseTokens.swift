import Foundation
import GUDCore

/// A token per group of components: what γ is there, and which group it is.
///
/// A token is `W₂ silu(W₁ f + e_g)`, with f the sinusoidal features of the group's mean γ next to mean and deviation themselves, and
/// e_g a learned vector of the group.
struct NoiseTokens {
    /// The width of a token.
    static let width = 64
    /// Sinusoidal features of a group's mean.
    private static let features = 32

    private let sinusoids: Sinusoids
    private let first: Linear
    private let place: Tensor
    private let second: Linear

    init(_ builder: ParameterBuilder, count: Int) throws(EngineError) {
        sinusoids = try Sinusoids(builder, features: Self.features)
        first = try builder.scope("tokens.0") { builder throws(EngineError) in
            try Linear(builder, Self.features + 2, Self.width)
        }
        place = try builder.uniform("tokens.place", axes: [count, Self.width], bound: 1)
        second = try builder.scope("tokens.1") { builder throws(EngineError) in
            try Linear(builder, Self.width, Self.width)
        }
    }

    /// Tokens `[batch, groups, width]` of `[batch, groups, 3]` numbers, as ``NoiseEncoding/Rows/groups``.
    func callAsFunction(_ groups: Tensor) throws(EngineError) -> Tensor {
        let (batch, count) = (groups.axis(0), groups.axis(1))
        let parts = try groups.reshaped([batch * count, 3]).unbound(axis: 1)
        var columns = [try sinusoids(parts[0])]
        for part in parts.dropFirst() { columns.append(try part.reshaped([-1, 1])) }
        let hidden = try first(try Tensor.concatenated(columns, axis: 1)).reshaped([batch, count, Self.width])
        return try second(try (try hidden + place).silu())
    }
}

/// Multi-head attention from some queries to tokens, without what surrounds it.
private struct TokenAttention {
    private let keysAndValues: Linear
    private let heads: Int
    private let width: Int

    /// Attention on vectors of `width`, in the largest number of equal heads that is at most `heads`.
    init(_ builder: ParameterBuilder, width: Int, heads: Int) throws(EngineError) {
        keysAndValues = try builder.scope("kv") { builder throws(EngineError) in
            try Linear(builder, NoiseTokens.width, 2 * width)
        }
        self.heads = (1...min(heads, width)).last { width % $0 == 0 } ?? 1
        self.width = width
    }

    /// What queries `[batch, queries, width]` find among the tokens; the same axes.
    func callAsFunction(_ queries: Tensor, _ tokens: Tensor) throws(EngineError) -> Tensor {
        let (batch, count, headWidth) = (queries.axis(0), queries.axis(1), width / heads)
        let parts = try keysAndValues(tokens).reshaped([batch, tokens.axis(1), 2, heads, headWidth])
            .permuted([2, 0, 3, 1, 4]).unbound(axis: 0)
        let query = try queries.reshaped([batch, count, heads, headWidth]).permuted([0, 2, 1, 3])
        return try Tensor.attention(query: query, key: parts[0], value: parts[1]).permuted([0, 2, 1, 3])
            .reshaped([batch, count, width])
    }
}

/// Attention from the pixels of an image to tokens, around a shortcut; silent at first.
///
/// Source: Vaswani et al., arXiv:1706.03762; Rombach et al., "High-resolution image synthesis with latent diffusion models",
/// arXiv:2112.10752, for images that attend to conditions.
struct CrossAttention {
    private let norm: GroupNormalisation
    private let query: Convolution
    private let attention: TokenAttention
    private let output: Convolution

    init(_ builder: ParameterBuilder, _ channels: Int, options: UNetOptions) throws(EngineError) {
        norm = try builder.scope("norm") { builder throws(EngineError) in
            try GroupNormalisation(builder, channels, groups: options.groups, silu: false)
        }
        query = try builder.scope("query") { builder throws(EngineError) in
            try Convolution(builder, channels, channels, kernel: 1)
        }
        attention = try TokenAttention(builder, width: channels, heads: options.heads)
        output = try builder.scope("output") { builder throws(EngineError) in
            try Convolution(builder, channels, channels, kernel: 1, zero: true)
        }
    }

    func callAsFunction(_ input: Tensor, _ tokens: Tensor) throws(EngineError) -> Tensor {
        let (batch, channels, height, width) = (input.axis(0), input.axis(1), input.axis(2), input.axis(3))
        let queries = try query(try norm(input)).permuted([0, 2, 3, 1]).reshaped([batch, height * width, channels])
        let image = try attention(queries, tokens).reshaped([batch, height, width, channels]).permuted([0, 3, 1, 2])
        return try input + (try output(image))
    }
}

/// One query per sample to the tokens, added to the embedding that every block sees; silent at first.
struct TokenPooling {
    private let query: Linear
    private let attention: TokenAttention
    private let output: Linear

    init(_ builder: ParameterBuilder, embedding width: Int, heads: Int) throws(EngineError) {
        query = try builder.scope("query") { builder throws(EngineError) in
            try Linear(builder, width, NoiseTokens.width)
        }
        attention = try TokenAttention(builder, width: NoiseTokens.width, heads: heads)
        output = try builder.scope("output") { builder throws(EngineError) in
            try Linear(builder, NoiseTokens.width, width, zero: true)
        }
    }

    /// The embedding `[batch, width]` with what it found added.
    func callAsFunction(_ embedding: Tensor, _ tokens: Tensor) throws(EngineError) -> Tensor {
        let queries = try query(embedding).reshaped([embedding.axis(0), 1, NoiseTokens.width])
        return try embedding + (try output(try attention(queries, tokens).reshaped([-1, NoiseTokens.width])))
    }
}
