import GUDCore

/// What a convolutional network is made of.
struct ConvNetOptions {
    /// Channels throughout.
    var channels = 32
    /// Residual blocks.
    var depth = 4
    /// The probability of dropping an activation in training.
    var dropout = 0.0
}

/// A residual convolutional network of finite reach: full resolution throughout, no attention, and normalisation within each pixel.
///
///     x ← x + W₂ silu(norm(W₁ ∗ silu(norm(x)) + P e)),    W₁ of 3×3, W₂ of 1×1
///
/// e is the embedding of noising state and condition, the same for all pixels. The first convolution is of 3×3 too, the last of 1×1: an output depends on inputs
/// at most `depth + 1` pixels away. So some components can be evaluated on a part of the image: see `ImageWindow.swift`.
///
/// Source: He et al., "Identity mappings in deep residual networks", arXiv:1603.05027, with pointwise second convolutions as in
/// Howard et al., arXiv:1704.04861, so that depth buys no more reach than it must.
struct ConvNet: LocalNetwork {
    private struct Block {
        let firstNorm: PixelNormalisation
        let spatial: Convolution
        let projection: Linear
        let secondNorm: PixelNormalisation
        let pointwise: Convolution

        init(_ builder: ParameterBuilder, _ channels: Int, embedding: Int) throws(EngineError) {
            firstNorm = try builder.scope("norm1") { builder throws(EngineError) in
                try PixelNormalisation(builder, channels)
            }
            spatial = try builder.scope("conv1") { builder throws(EngineError) in
                try Convolution(builder, channels, channels)
            }
            projection = try builder.scope("embedding") { builder throws(EngineError) in
                try Linear(builder, embedding, channels)
            }
            secondNorm = try builder.scope("norm2") { builder throws(EngineError) in
                try PixelNormalisation(builder, channels)
            }
            pointwise = try builder.scope("conv2") { builder throws(EngineError) in
                try Convolution(builder, channels, channels, kernel: 1)
            }
        }

        func callAsFunction(_ input: Tensor, _ embedding: Tensor, dropout: Double) throws(EngineError) -> Tensor {
            var hidden = try spatial(try firstNorm(input))
            hidden = try hidden + (try projection(embedding).reshaped([hidden.axis(0), -1, 1, 1]))
            return try input + (try pointwise(try secondNorm(hidden).droppedOut(dropout)))
        }
    }

    /// One pixel for the first convolution, and one for each block.
    let reach: Int
    private let time: TimeEmbedding
    private let tokens: (NoiseTokens, TokenPooling)?
    private let condition: Linear?
    private let input: Convolution
    private let blocks: [Block]
    private let outputNorm: PixelNormalisation
    private let output: Convolution
    private let dropout: Double

    /// Builds the network for images of `imageChannels`, with `mapChannels` more of γ or tokens of `groupCount` groups, conditioned
    /// on `embeddingWidth`.
    init(
        _ builder: ParameterBuilder, imageChannels: Int, mapChannels: Int, groupCount: Int, embeddingWidth: Int,
        options: ConvNetOptions
    ) throws(EngineError) {
        let width = 4 * options.channels
        reach = options.depth + 1
        dropout = options.dropout
        time = try TimeEmbedding(builder, features: options.channels, width: width)
        tokens =
            groupCount == 0
            ? nil
            : (
                try NoiseTokens(builder, count: groupCount),
                try builder.scope("pooling") { builder throws(EngineError) in
                    try TokenPooling(builder, embedding: width, heads: 4)
                }
            )
        condition =
            embeddingWidth == 0
            ? nil
            : try builder.scope("condition") { builder throws(EngineError) in
                try Linear(builder, embeddingWidth, width)
            }
        input = try builder.scope("input") { builder throws(EngineError) in
            try Convolution(builder, imageChannels + mapChannels, options.channels)
        }
        var blocks: [Block] = []
        for index in 0..<options.depth {
            blocks.append(
                try builder.scope("block.\(index)") { builder throws(EngineError) in
                    try Block(builder, options.channels, embedding: width)
                })
        }
        self.blocks = blocks
        outputNorm = try builder.scope("output.norm") { builder throws(EngineError) in
            try PixelNormalisation(builder, options.channels)
        }
        output = try builder.scope("output") { builder throws(EngineError) in
            try Convolution(builder, options.channels, imageChannels, kernel: 1, zero: true)
        }
    }

    func callAsFunction(_ batch: NetworkInput) throws(EngineError) -> Tensor {
        var embedding = try time(batch.levels)
        if let (tokens, pooling) = tokens, let groups = batch.groups {
            embedding = try pooling(embedding, try tokens(groups))
        }
        if let condition, let given = batch.embedding { embedding = try embedding + (try condition(given)) }
        embedding = try embedding.silu()

        // Channels last in memory is the layout of the samples: no copy is made on the way in or out.
        var image = batch.samples
        if let map = batch.gammaMap { image = try Tensor.concatenated([image, map], axis: 3) }
        var hidden = try input(try image.permuted([0, 3, 1, 2]))
        for block in blocks { hidden = try block(hidden, embedding, dropout: batch.isTraining ? dropout : 0) }
        return try output(try outputNorm(hidden)).permuted([0, 2, 3, 1])
    }
}
