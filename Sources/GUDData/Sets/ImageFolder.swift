import GUDCore
import Synchronization

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
        let prepare = { @Sendable (path: String) throws(FileError) -> PixelImage in
            var image = try ImageFile.read(path)
            if let size { image = image.square(side: size) }
            return switch grayscale {
            case true?: image.grey()
            case false?: image.colour()
            case nil: image
            }
        }
        let first = try prepare(listing.paths[0])
        let values = try decode(listing.paths, shape: first.shape, prepare)
        let all = LabelledSamples(
            values: values, labels: listing.classes.isEmpty ? nil : listing.labels, dimension: first.shape.dimension)
        let order = Partition.shuffled(all.count, seed: splitSeed)
        let testCount = min(Int((Double(all.count) * testFraction).rounded()), all.count - 1)
        return try Dataset(
            name: "folder", shape: first.shape, classCount: listing.classes.count, levels: 256,
            training: all.selecting(order.dropFirst(testCount)), test: all.selecting(order.prefix(testCount)))
    }

    /// The images as rows.
    ///
    /// Of several that fail, the first in the list is reported, whichever thread came first.
    private static func decode(
        _ paths: [String], shape: SampleShape, _ prepare: @escaping @Sendable (String) throws(FileError) -> PixelImage
    ) throws -> [Float] {
        let failure = Mutex<(index: Int, error: any Error)?>(nil)
        var values = [Float](repeating: 0, count: paths.count * shape.dimension)
        Parallel.forEachRow(of: &values, width: shape.dimension) { index, row in
            do {
                let image = try prepare(paths[index])
                guard image.shape == shape else { throw mixed(paths[0], shape, paths[index], image.shape) }
                for pixel in image.bytes.indices { row[pixel] = ByteScale.bytes[image.bytes[pixel]] }
            } catch {
                failure.withLock { if index < $0?.index ?? .max { $0 = (index, error) } }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
        return values
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
