import GUDCore

/// The 8×8 handwritten digits that travel with GUD: 1,797 images of 17 grey levels, labels 0 to 9.
///
/// Source: E. Alpaydin & C. Kaynak, "Optical Recognition of Handwritten Digits" (test set), UCI Machine Learning
/// Repository, 1998, CC BY 4.0; attribution beside the data, in `Resources/digits/README.md`.
public enum Digits {
    /// How the images are divided.
    public enum Split: String, ParameterChoice, Sendable {
        /// The first 1,500 to train, the last 297 to test. The test digits are by other writers: use it for likelihoods.
        case first
        /// A random 1,500 and the other 297. Identically distributed: use it for distances between sets of images.
        case random
    }

    static let trainingCount = 1500
    static let levels = 17

    static let split = Parameter(
        "split", default: Split.first,
        "first: the first 1,500 images train and the last 297 test; random: a seeded random division of the same sizes."
    )

    static var factory: DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: "digits", summary: "1,797 handwritten digits, 8×8, 17 grey levels; bundled with GUD.",
                schema: ParameterSchema([split.specification, Partition.seed.specification]))
        ) { parameters, _ in
            try load(split: parameters[split], splitSeed: UInt64(parameters[Partition.seed]))
        }
    }

    /// Loads the bundled images.
    ///
    /// - Throws: ``DatasetError/missingResource(_:searched:)`` where the program has been separated from its resources, or
    ///   ``FileError``.
    public static func load(split: Split = .first, splitSeed: UInt64 = 0) throws -> Dataset {
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        let images = try bundled("images.npy", axes: [1797, 8, 8])
        let labels = try bundled("labels.npy", axes: [1797])
        let scale = ByteScale(levels: levels)
        let all = LabelledSamples(
            values: images.values.map { scale[UInt8($0)] }, labels: labels.values.map { Int($0) },
            dimension: shape.dimension)
        let order =
            switch split {
            case .first: Array(0..<all.count)
            case .random: Partition.shuffled(all.count, seed: splitSeed)
            }
        return try Dataset(
            name: "digits", shape: shape, classCount: 10, levels: levels,
            training: all.selecting(order.prefix(trainingCount)), test: all.selecting(order.dropFirst(trainingCount)))
    }

    private static func bundled(_ name: String, axes: [Int]) throws -> NumpyArray {
        let path = try ResourceFolder(ofTarget: "GUDData").path(of: "digits/\(name)")
        let array = try NumpyArray(contentsOf: path)
        guard array.axes == axes, array.scalar == .byte else {
            throw DatasetError.axes(path, array.axes, wanted: "\(axes) bytes, as GUD came with it")
        }
        return array
    }
}
