import GUDCore

/// CIFAR-10 in its binary version: 32×32 colour images of ten classes, a byte of label and 3,072 of image per row.
///
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", technical report, 2009.
public enum CIFAR10 {
    static let side = 32
    static let rowLength = 1 + 3 * side * side
    static let classCount = 10

    static let directory = Parameter<String?>(
        "directory", default: nil, "A folder of files data_batch_* and test_batch*, .gz, .xz or plain.")
    static let files = Parameter<[String]>("files", default: [], "The training files, instead of a directory.")
    static let testFiles = Parameter<[String]>("testFiles", default: [], "The test files.")

    static var factory: DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: "cifar10", summary: "CIFAR-10 from its binary files: 32×32 colour images, ten classes.",
                schema: ParameterSchema([
                    directory.specification, files.specification, testFiles.specification,
                    Limit.parameter.specification,
                ]))
        ) { parameters, context in
            let (training, test) = try sources(parameters, context)
            return try load(training: training, test: test, limit: parameters[Limit.parameter])
        }
    }

    /// Loads binary files.
    ///
    /// - Parameter limit: At most so many images of each part; all by default.
    /// - Throws: ``FileError/format(_:offset:reason:)`` for half a row or a label above 9; offsets count in the decompressed
    ///   contents.
    static func load(training: [String], test: [String], limit: Int? = nil) throws -> Dataset {
        try Dataset(
            name: "cifar10", shape: .image(height: side, width: side, channels: 3), classCount: classCount, levels: 256,
            training: samples(training, limit: limit ?? .max), test: samples(test, limit: limit ?? .max))
    }

    private static func samples(_ paths: [String], limit: Int) throws -> LabelledSamples {
        var values: [Float] = []
        var labels: [Int] = []
        let contents = try Parallel.map(paths.count) { try CompressedFile.read(paths[$0]) }
        for (path, bytes) in zip(paths, contents) {
            guard bytes.count.isMultiple(of: rowLength) else {
                throw FileError.format(
                    path, offset: bytes.count,
                    reason:
                        "ends inside row \(bytes.count / rowLength) of \(rowLength) bytes; the file is truncated, or not "
                        + "CIFAR-10's binary version")
            }
            let rows = min(bytes.count / rowLength, limit - labels.count)
            for row in 0..<rows {
                let label = bytes[row * rowLength]
                guard label < classCount else {
                    throw FileError.format(
                        path, offset: row * rowLength,
                        reason: "row \(row) has label \(label); allowed: 0 to \(classCount - 1)")
                }
                labels.append(Int(label))
            }
            values += pixels(of: bytes, rows: rows)
        }
        return LabelledSamples(values: values, labels: labels, dimension: rowLength - 1)
    }

    /// The rows' images with their channels last; the file holds a red, a green and a blue plane.
    private static func pixels(of bytes: [UInt8], rows: Int) -> [Float] {
        let plane = side * side
        var values = [Float](repeating: 0, count: rows * 3 * plane)
        Parallel.forEachRow(of: &values, width: 3 * plane) { row, image in
            let start = row * rowLength + 1
            for channel in 0..<3 {
                for pixel in 0..<plane {
                    image[pixel * 3 + channel] = ByteScale.bytes[bytes[start + channel * plane + pixel]]
                }
            }
        }
        return values
    }

    /// The files that a configuration means.
    private static func sources(_ parameters: Parameters, _ context: DatasetContext) throws -> ([String], [String]) {
        guard let directory = parameters[directory] else {
            guard !parameters[files].isEmpty else {
                throw ParameterError.rule(
                    "\(parameters.path).files", .list([]),
                    "names no file; give files, or a directory of data_batch_* files")
            }
            return (parameters[files].map(context.resolve), parameters[testFiles].map(context.resolve))
        }
        guard parameters[files].isEmpty else {
            throw ParameterError.rule(
                "\(parameters.path).directory", .string(directory), "stands beside files; give one of the two")
        }
        let folder = context.resolve(directory)
        let training = try batches("data_batch_", in: folder)
        guard !training.isEmpty else {
            throw DatasetError.missingFiles(
                directory: folder, wanted: ["'data_batch_*'"],
                remedy: "unpack CIFAR-10's binary version there, or name the files with files and testFiles")
        }
        return (training, try batches("test_batch", in: folder))
    }

    /// The files of a prefix; of a file that lies there compressed as well as plain, the plain one.
    private static func batches(_ prefix: String, in directory: String) throws -> [String] {
        let names = try Directory.names(in: directory).filter { $0.hasPrefix(prefix) }
        return Dictionary(grouping: names, by: CompressedFile.stem).values
            .compactMap { $0.min() }.sorted().map { "\(directory)/\($0)" }
    }
}
