import GUDCore

/// The trainable denoisers that GUD brings: `unet` and `convnet` for images, `mlp` for vectors.
public enum BuiltInNetworks {
    /// Adds them to a registry.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        try registry.register(UNetDenoiser.factory, as: .denoiser)
        try registry.register(ConvNetDenoiser.factory, as: .denoiser)
        try registry.register(MLPDenoiser.factory, as: .denoiser)
    }
}

/// The registry's `unet`.
enum UNetDenoiser {
    static let channels = Parameter(
        "channels", default: 32, range: 4...1024, "Channels at full resolution.")
    static let multipliers = Parameter(
        "multipliers", default: [1, 2],
        "Channels at each resolution as multiples of 'channels'; each further entry halves the size.")
    static let blocks = Parameter("blocks", default: 1, range: 1...8, "Residual blocks at each resolution.")
    static let attention = Parameter<[Int]?>(
        "attention", default: nil, "Resolutions with self-attention, counted from 0; the smallest one by default.")
    static let heads = Parameter("heads", default: 4, range: 1...64, "Attention heads.")
    static let dropout = Parameter(
        "dropout", default: 0.0, range: 0...0.9, "Probability of dropping an activation in training.")
    static let conditioning = Parameter(
        "conditioning", default: NoiseConditioning.time,
        "How the network learns about the noising state: by time, by a map of γ per component, or by tokens of groups.")
    static let tokens = Parameter<Int?>(
        "tokens", default: nil, range: 1...1024,
        "The most groups of components for the conditioning by tokens; 32 by default.")

    static let factory = DenoiserFactory(
        Descriptor(
            name: "unet", summary: "A trainable U-Net on whitened images, with a Gaussian anchor.",
            schema: ParameterSchema([
                channels.specification, multipliers.specification, blocks.specification, attention.specification,
                heads.specification, dropout.specification, conditioning.specification, tokens.specification,
            ])),
        make: make)

    @Sendable private static func make(_ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        let multipliers = parameters[multipliers]
        guard !multipliers.isEmpty, multipliers.allSatisfy({ (1...64).contains($0) }) else {
            throw ParameterError.rule(
                "\(parameters.path).multipliers", multipliers.parameterValue,
                "must be a list of one or more whole numbers from 1 to 64")
        }
        var options = UNetOptions(
            channels: parameters[channels], multipliers: multipliers, blocks: parameters[blocks],
            heads: parameters[heads], dropout: parameters[dropout])
        options.attention = Set(parameters[attention] ?? [multipliers.count - 1])
        if let level = options.attention.sorted().first(where: { !multipliers.indices.contains($0) }) {
            throw ParameterError.rule(
                "\(parameters.path).attention", .integer(level),
                "is not a resolution; there are \(multipliers.count), counted from 0")
        }
        guard case .image(let height, let width, let imageChannels) = context.space.shape else {
            throw DenoiserError.configuration(
                "denoiser 'unet' takes images, but the samples are vectors of \(context.space.dimension); use 'mlp'")
        }
        guard multipliers.count <= largestDepth(height, width) else {
            let halvings = multipliers.count - 1
            let multiple = halvings < 31 ? "\(1 << halvings)" : "2^\(halvings)"
            throw DenoiserError.configuration(
                "denoiser 'unet' with \(multipliers.count) multipliers halves images \(halvings) times, so height and width must be "
                    + "multiples of \(multiple); these are \(height)×\(width): use at most \(largestDepth(height, width)) "
                    + "multipliers")
        }
        let encoding = try NoiseEncoding(
            parameters[conditioning], tokens: parameters[tokens], space: context.space)
        return try NeuralDenoiser(context, encoding: encoding) { builder throws(EngineError) in
            try UNet(
                builder, imageChannels: imageChannels, mapChannels: encoding.conditioning == .map ? imageChannels : 0,
                groupCount: encoding.groups?.count ?? 0, embeddingWidth: context.embeddingWidth, options: options)
        }
    }

    /// The largest number of multipliers that an image of this size admits.
    private static func largestDepth(_ height: Int, _ width: Int) -> Int {
        min(height.trailingZeroBitCount, width.trailingZeroBitCount) + 1
    }
}

/// The registry's `mlp`.
enum MLPDenoiser {
    static let width = Parameter("width", default: 256, range: 8...8192, "Width of the hidden layers.")
    static let depth = Parameter("depth", default: 4, range: 1...64, "Residual blocks of two layers each.")

    static let factory = DenoiserFactory(
        Descriptor(
            name: "mlp", summary: "A trainable residual perceptron on whitened vectors, with a Gaussian anchor.",
            schema: ParameterSchema([
                width.specification, depth.specification, UNetDenoiser.dropout.specification,
                UNetDenoiser.conditioning.specification, UNetDenoiser.tokens.specification,
            ])),
        make: make)

    @Sendable private static func make(_ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        guard case .vector(let dimension) = context.space.shape else {
            throw DenoiserError.configuration(
                "denoiser 'mlp' takes vectors, but the samples are images of \(context.space.shape); use 'unet'")
        }
        let encoding = try NoiseEncoding(
            parameters[UNetDenoiser.conditioning], tokens: parameters[UNetDenoiser.tokens], space: context.space)
        return try NeuralDenoiser(context, encoding: encoding) { builder throws(EngineError) in
            try MLP(
                builder, dimension: dimension, mapWidth: encoding.conditioning == .map ? dimension : 0,
                groupCount: encoding.groups?.count ?? 0, embeddingWidth: context.embeddingWidth,
                width: parameters[width], depth: parameters[depth], dropout: parameters[UNetDenoiser.dropout])
        }
    }
}
