import GUDCore

/// What a U-Net is made of.
struct UNetOptions {
    /// Channels at full resolution.
    var channels = 32
    /// Channels at each resolution, as multiples of `channels`; each further one halves the size.
    var multipliers = [1, 2]
    /// Residual blocks at each resolution on the way down; one more on the way up.
    var blocks = 1
    /// The resolutions, counted from 0, that have self-attention.
    var attention: Set<Int> = [1]
    /// Attention heads.
    var heads = 4
    /// Groups of the normalisation.
    var groups = 8
    /// The probability of dropping an activation in training.
    var dropout = 0.0
}

/// A U-Net: residual blocks with attention on halving resolutions, and back, with connections across.
///
/// Source: Ronneberger, Fischer & Brox, arXiv:1505.04597; Ho, Jain & Abbeel, arXiv:2006.11239.
struct UNet: Network {
    private struct Stage {
        var blocks: [ResidualBlock] = []
        var attentions: [Attention] = []
        var resampling: Convolution?

        func apply(_ index: Int, _ input: Tensor, _ context: Context) throws(EngineError) -> Tensor {
            let hidden = try blocks[index](input, context.embedding, isTraining: context.isTraining)
            return attentions.isEmpty ? hidden : try attentions[index](hidden, context)
        }
    }

    /// Attention among pixels, then to tokens where there are any.
    private struct Attention {
        let pixels: SelfAttention
        let tokens: CrossAttention?

        func callAsFunction(_ input: Tensor, _ context: Context) throws(EngineError) -> Tensor {
            let hidden = try pixels(input)
            guard let tokens, let seen = context.tokens else { return hidden }
            return try tokens(hidden, seen)
        }
    }

    /// What every block sees beside the image.
    private struct Context {
        let embedding: Tensor
        let tokens: Tensor?
        let isTraining: Bool
    }

    private let time: TimeEmbedding
    private let tokens: (NoiseTokens, TokenPooling)?
    private let condition: Linear?
    private let input: Convolution
    private var down: [Stage] = []
    private let middle: (ResidualBlock, Attention, ResidualBlock)
    private var up: [Stage] = []
    private let outputNorm: GroupNormalisation
    private let output: Convolution

    /// Builds the network for images of `imageChannels`, with `mapChannels` more of γ or tokens of `groupCount` groups, conditioned
    /// on `embeddingWidth`.
    init(
        _ builder: ParameterBuilder, imageChannels: Int, mapChannels: Int, groupCount: Int, embeddingWidth: Int,
        options: UNetOptions
    ) throws(EngineError) {
        let width = 4 * options.channels
        let attends = options.attention
        time = try TimeEmbedding(builder, features: options.channels, width: width)
        tokens =
            groupCount == 0
            ? nil
            : (
                try NoiseTokens(builder, count: groupCount),
                try builder.scope("pooling") { builder throws(EngineError) in
                    try TokenPooling(builder, embedding: width, heads: options.heads)
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

        func block(_ name: String, _ inputs: Int, _ outputs: Int) throws(EngineError) -> ResidualBlock {
            try builder.scope(name) { builder throws(EngineError) in
                try ResidualBlock(builder, inputs, outputs, embedding: width, options: options)
            }
        }
        func attention(_ name: String, _ channels: Int) throws(EngineError) -> Attention {
            let pixels = try builder.scope("\(name).attention") { builder throws(EngineError) in
                try SelfAttention(builder, channels, options: options)
            }
            guard groupCount > 0 else { return Attention(pixels: pixels, tokens: nil) }
            return try builder.scope("\(name).tokens") { builder throws(EngineError) in
                Attention(pixels: pixels, tokens: try CrossAttention(builder, channels, options: options))
            }
        }

        var channels = options.channels
        var skips = [channels]
        for (level, multiplier) in options.multipliers.enumerated() {
            var stage = Stage()
            for index in 0..<options.blocks {
                stage.blocks.append(try block("down.\(level).\(index)", channels, multiplier * options.channels))
                channels = multiplier * options.channels
                if attends.contains(level) {
                    stage.attentions.append(try attention("down.\(level).\(index)", channels))
                }
                skips.append(channels)
            }
            if level < options.multipliers.count - 1 {
                stage.resampling = try builder.scope("down.\(level).downsample") { builder throws(EngineError) in
                    try Convolution(builder, channels, channels, stride: 2)
                }
                skips.append(channels)
            }
            down.append(stage)
        }

        middle = (
            try block("middle.0", channels, channels), try attention("middle", channels),
            try block("middle.1", channels, channels)
        )

        for (level, multiplier) in options.multipliers.enumerated().reversed() {
            var stage = Stage()
            for index in 0...options.blocks {
                let skip = skips.removeLast()
                stage.blocks.append(try block("up.\(level).\(index)", channels + skip, multiplier * options.channels))
                channels = multiplier * options.channels
                if attends.contains(level) {
                    stage.attentions.append(try attention("up.\(level).\(index)", channels))
                }
            }
            if level > 0 {
                stage.resampling = try builder.scope("up.\(level).upsample") { builder throws(EngineError) in
                    try Convolution(builder, channels, channels)
                }
            }
            up.append(stage)
        }

        outputNorm = try builder.scope("output.norm") { builder throws(EngineError) in
            try GroupNormalisation(builder, channels, groups: options.groups, silu: true)
        }
        output = try builder.scope("output") { builder throws(EngineError) in
            try Convolution(builder, channels, imageChannels, zero: true)
        }
    }

    func callAsFunction(_ batch: NetworkInput) throws(EngineError) -> Tensor {
        var embedding = try time(batch.levels)
        var seen: Tensor?
        if let (tokens, pooling) = tokens, let groups = batch.groups {
            let made = try tokens(groups)
            embedding = try pooling(embedding, made)
            seen = made
        }
        if let condition, let given = batch.embedding { embedding = try embedding + (try condition(given)) }
        let context = Context(embedding: try embedding.silu(), tokens: seen, isTraining: batch.isTraining)

        // Channels last in memory is the layout of the samples: no copy is made on the way in or out.
        var image = batch.samples
        if let map = batch.gammaMap { image = try Tensor.concatenated([image, map], axis: 3) }
        var hidden = try input(try image.permuted([0, 3, 1, 2]))

        var skips = [hidden]
        for stage in down {
            for index in stage.blocks.indices {
                hidden = try stage.apply(index, hidden, context)
                skips.append(hidden)
            }
            if let halve = stage.resampling {
                hidden = try halve(hidden)
                skips.append(hidden)
            }
        }
        hidden = try middle.0(hidden, context.embedding, isTraining: batch.isTraining)
        hidden = try middle.2(try middle.1(hidden, context), context.embedding, isTraining: batch.isTraining)
        for stage in up {
            for index in stage.blocks.indices {
                let joined = try Tensor.concatenated([hidden, skips.removeLast()], axis: 1)
                hidden = try stage.apply(index, joined, context)
            }
            if let double = stage.resampling { hidden = try double(try hidden.upsampledTwofold()) }
        }
        return try output(try outputNorm(hidden)).permuted([0, 2, 3, 1])
    }
}
