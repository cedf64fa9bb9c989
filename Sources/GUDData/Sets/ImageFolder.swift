import GUDCore

/// A folder of PNG and JPEG images; the names of its sub-directories, if it has any, are the classes.
public enum ImageFolder {
    static let path = Parameter("path", default: "", isRequired: true, "The folder.")
    static let size = Parameter<Int?>(
        "size", default: nil, range: 1...16384, unit: "pixels",
        "Crop every image to its centred square and resample it to this edge; without it all must have one size.")
    static let grayscale = Parameter<Bool?>(
        "grayscale", default: nil, "true: all to grey; false: all to colour; without it all must be alike.")
    static let testFraction = Parameter(
        "testFraction", default: 0.1, range: 0...0.9, "The share of the images that is kept for testing.")

    static var factory: DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: "folder", summary: "PNG and JPEG images of a folder; sub-directories are classes.",
                schema: ParameterSchema([
                    path.specification, size.specification, grayscale.specification, testFraction.specification,
                    Partition.seed.specification,
                ]))
        ) { parameters, context in
            try load(
                context.resolve(parameters[path]), size: parameters[size], grayscale: parameters[grayscale],
                testFraction: parameters[testFraction], splitSeed: UInt64(parameters[Partition.seed]))
        }
    }

    /// Loads all images, on all cores.
    ///
    /// - Throws: ``FileError`` naming a file that cannot be decoded; ``DatasetError/mixedSizes(_:_:_:_:remedy:)`` naming the
    ///   first image and the first that differs from it.
    static func load(
        _ path: String, size: Int? = nil, grayscale: Bool? = nil, testFraction: Double = 0.1, splitSeed: UInt64 = 0
    ) throws -> Dataset {
        let listing = try Listing(path)
        let images = try Parallel.map(listing.paths.count) { index in
            var image = try ImageFile.read(listing.paths[index])
            if let size { image = image.square(side: size) }
            return switch grayscale {
            case true?: image.grey()
            case false?: image.colour()
            case nil: image
            }
        }
        let shape = images[0].shape
        if let odd = images.firstIndex(where: { $0.shape != shape }) {
            throw mixed(listing.paths[0], shape, listing.paths[odd], images[odd].shape)
        }
        let all = LabelledSamples(
            values: images.flatMap { ByteScale.bytes.values(of: $0.bytes[...]) },
            labels: listing.classes.isEmpty ? nil : listing.labels, dimension: shape.dimension)
        let order = Partition.shuffled(all.count, seed: splitSeed)
        let testCount = min(Int((Double(all.count) * testFraction).rounded()), all.count - 1)
        return try Dataset(
            name: "folder", shape: shape, classCount: listing.classes.count, levels: 256,
            training: all.selecting(order.dropFirst(testCount)), test: all.selecting(order.prefix(testCount)))
    }

    private static func mixed(
        _ first: String, _ firstShape: SampleShape, _ second: String, _ secondShape: SampleShape
    ) -> DatasetError {
        let isSize = firstShape.axes.prefix(2) != secondShape.axes.prefix(2)
        return .mixedSizes(
            first, firstShape, second, secondShape,
            remedy: isSize ? "give size to bring all to one" : "give grayscale, true or false, to make all alike")
    }
}
