import Foundation
import GUDCore

/// Images and labels in the IDX format: MNIST, Fashion-MNIST, and whatever else comes in it.
public enum IDX {
    static let directory = Parameter<String?>(
        "directory", default: nil,
        "A folder with the four files of MNIST or Fashion-MNIST by their usual names, .gz or not.")
    static let images = Parameter<String?>("images", default: nil, "The training images, instead of a directory.")
    static let labels = Parameter<String?>("labels", default: nil, "The training labels.")
    static let testImages = Parameter<String?>("testImages", default: nil, "The test images.")
    static let testLabels = Parameter<String?>("testLabels", default: nil, "The test labels.")

    static var factory: DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: "idx", summary: "Images in the IDX format: MNIST, Fashion-MNIST.",
                schema: ParameterSchema([
                    directory.specification, images.specification, labels.specification, testImages.specification,
                    testLabels.specification, Limit.parameter.specification,
                ]))
        ) { parameters, context in
            let limit = parameters[Limit.parameter]
            let (training, test) = try sources(parameters, context)
            return try load(training: training, test: test, limit: limit)
        }
    }

    /// The files of one part.
    struct Source {
        let images: String
        let labels: String?
    }

    /// Loads training files, and test files where there are some.
    ///
    /// - Parameter limit: At most so many images of each part; all by default.
    /// - Throws: ``FileError`` where a file is malformed, ``DatasetError`` where two do not fit together.
    static func load(training: Source, test: Source?, limit: Int? = nil) throws -> Dataset {
        let images = try IDXFile(contentsOf: training.images, axisCount: 3)
        let shape = SampleShape.image(height: images.axes[1], width: images.axes[2], channels: 1)
        guard shape.dimension > 0 else {
            throw DatasetError.axes(training.images, images.axes, wanted: "at least one pixel")
        }
        let labels = try training.labels.map { try labelFile($0, for: images) }
        // The training labels say what the classes are.
        let classCount = labels.map { Int($0.entries(.max).max() ?? 0) + 1 } ?? 0

        var testSamples = LabelledSamples.empty(dimension: shape.dimension)
        if let test {
            let testImages = try IDXFile(contentsOf: test.images, axisCount: 3)
            guard testImages.axes.dropFirst() == images.axes.dropFirst() else {
                throw DatasetError.mixedSizes(
                    training.images, shape, test.images,
                    .image(height: testImages.axes[1], width: testImages.axes[2], channels: 1),
                    remedy: "give both parts one size")
            }
            let testLabels = try test.labels.map { try labelFile($0, for: testImages) }
            if let testLabels, let index = testLabels.entries(.max).firstIndex(where: { Int($0) >= max(classCount, 1) })
            {
                throw FileError.format(
                    testLabels.path, offset: index,
                    reason:
                        "label \(testLabels.byte(at: index)) does not occur in training; allowed: 0 to \(classCount - 1)"
                )
            }
            testSamples = samples(testImages, testLabels, limit: limit)
        }
        return try Dataset(
            name: "idx", shape: shape, classCount: classCount, levels: 256,
            training: samples(images, labels, limit: limit), test: testSamples)
    }

    private static func labelFile(_ path: String, for images: IDXFile) throws -> IDXFile {
        let labels = try IDXFile(contentsOf: path, axisCount: 1)
        guard labels.count == images.count else {
            throw DatasetError.countMismatch(images: images.path, images.count, labels: path, labels.count)
        }
        return labels
    }

    private static func samples(_ images: IDXFile, _ labels: IDXFile?, limit: Int?) -> LabelledSamples {
        let maximum = limit ?? .max
        return LabelledSamples(
            values: ByteScale.bytes.values(of: images.entries(maximum)),
            labels: labels?.entries(maximum).map { Int($0) }, dimension: images.axes[1] * images.axes[2])
    }

    /// The files that a configuration means.
    private static func sources(_ parameters: Parameters, _ context: DatasetContext) throws -> (Source, Source?) {
        if let directory = parameters[directory] {
            guard parameters[images] == nil else {
                throw ParameterError.rule(
                    "\(parameters.path).directory", .string(directory), "stands beside images; give one of the two")
            }
            let folder = context.resolve(directory)
            return (
                Source(
                    images: try canonical("train-images-idx3-ubyte", in: folder),
                    labels: try canonical("train-labels-idx1-ubyte", in: folder)),
                Source(
                    images: try canonical("t10k-images-idx3-ubyte", in: folder),
                    labels: try canonical("t10k-labels-idx1-ubyte", in: folder))
            )
        }
        guard let images = parameters[images] else {
            throw ParameterError.rule(
                "\(parameters.path).images", .null, "names no file; give images, or a directory of the four MNIST files"
            )
        }
        return (
            Source(images: context.resolve(images), labels: parameters[labels].map(context.resolve)),
            parameters[testImages].map {
                Source(images: context.resolve($0), labels: parameters[testLabels].map(context.resolve))
            }
        )
    }

    private static func canonical(_ name: String, in directory: String) throws -> String {
        try Directory.file(
            named: [name, name + ".gz"], in: directory,
            remedy: "name each file with images, labels, testImages and testLabels")
    }
}
