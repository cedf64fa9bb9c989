import GUDCore

/// A small convolutional classifier: three convolutions that halve the image twice, a layer of features, a layer of classes.
struct ClassifierNetwork {
    private let convolutions: [(Convolution, GroupNormalisation)]
    private let features: Linear
    private let output: Linear
    private let dropout: Double

    init(
        _ builder: ParameterBuilder, height: Int, width: Int, channels: Int, classCount: Int,
        architecture: ImageClassifier.Architecture
    ) throws(EngineError) {
        var convolutions: [(Convolution, GroupNormalisation)] = []
        var inputs = channels
        for (index, multiple) in [1, 2, 4].enumerated() {
            let outputs = multiple * architecture.channels
            let stride = index == 0 ? 1 : 2
            convolutions.append(
                (
                    try builder.scope("conv.\(index)") { builder throws(EngineError) in
                        try Convolution(builder, inputs, outputs, stride: stride)
                    },
                    try builder.scope("norm.\(index)") { builder throws(EngineError) in
                        try GroupNormalisation(builder, outputs, groups: 8, silu: true)
                    }
                ))
            inputs = outputs
        }
        self.convolutions = convolutions
        // A convolution of stride 2 makes ⌈n/2⌉ of n.
        let places = ((height + 1) / 2 + 1) / 2 * (((width + 1) / 2 + 1) / 2)
        features = try builder.scope("features") { builder throws(EngineError) in
            try Linear(builder, inputs * places, architecture.features)
        }
        output = try builder.scope("output") { builder throws(EngineError) in
            try Linear(builder, architecture.features, classCount)
        }
        dropout = architecture.dropout
    }

    /// The activations before the last layer, `[batch, features]`, and the logits, `[batch, classes]`, of channel-last images.
    func callAsFunction(
        _ images: Tensor, isTraining: Bool
    ) throws(EngineError) -> (features: Tensor, logits: Tensor) {
        var hidden = try images.permuted([0, 3, 1, 2])
        for (convolution, norm) in convolutions { hidden = try norm(try convolution(hidden)) }
        hidden = try hidden.reshaped([images.axis(0), -1])
        let features = try features(hidden).silu()
        return (features, try output(isTraining ? try features.droppedOut(dropout) : features))
    }
}
