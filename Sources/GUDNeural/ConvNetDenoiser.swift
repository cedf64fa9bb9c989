import GUDCore

/// The registry's `convnet`.
enum ConvNetDenoiser {
    static let channels = Parameter("channels", default: 32, range: 4...1024, "Channels throughout.")
    static let depth = Parameter(
        "depth", default: 4, range: 1...64,
        "Residual blocks; an output depends on pixels at most depth + 1 rows or columns away.")

    static let factory = DenoiserFactory(
        Descriptor(
            name: "convnet",
            summary: "A trainable convolutional network that sees no further than its depth; sequential orders pay for "
                + "what is active.",
            schema: ParameterSchema([
                channels.specification, depth.specification, UNetDenoiser.dropout.specification,
                UNetDenoiser.conditioning.specification, UNetDenoiser.tokens.specification,
            ])),
        make: make)

    @Sendable private static func make(_ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        guard case .image(_, _, let imageChannels) = context.space.shape else {
            throw DenoiserError.configuration(
                "denoiser 'convnet' takes images, but the samples are vectors of \(context.space.dimension); use 'mlp'")
        }
        let encoding = try NoiseEncoding(
            parameters[UNetDenoiser.conditioning], tokens: parameters[UNetDenoiser.tokens], space: context.space)
        let options = ConvNetOptions(
            channels: parameters[channels], depth: parameters[depth], dropout: parameters[UNetDenoiser.dropout])
        return try NeuralDenoiser(context, encoding: encoding) { builder throws(EngineError) in
            try ConvNet(
                builder, imageChannels: imageChannels, mapChannels: encoding.conditioning == .map ? imageChannels : 0,
                groupCount: encoding.groups?.count ?? 0, embeddingWidth: context.embeddingWidth, options: options)
        }
    }
}
