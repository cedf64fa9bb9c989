import GUDCore

/// Samples in NumPy's `.npy` files, their first axis the batch.
///
/// `[N, D]` are vectors, `[N, H, W]` grey images, `[N, H, W, C]` images. Bytes are scaled to [-1, 1]; all other numbers are
/// taken as they are.
public enum NumpyDataset {
    static let train = Parameter("train", default: "", isRequired: true, "The training samples.")
    static let test = Parameter<String?>("test", default: nil, "The test samples.")
    static let shape = Parameter<[Int]>(
        "shape", default: [], "The shape of one sample, [D] or [H, W, C], where the array's axes do not say it.")
    static let labels = Parameter<String?>(
        "labels", default: nil, "The classes of the training samples, whole numbers from 0.")
    static let testLabels = Parameter<String?>("testLabels", default: nil, "The classes of the test samples.")

    static var factory: DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: "npy", summary: "Arrays in NumPy files: vectors or images.",
                schema: ParameterSchema([
                    train.specification, test.specification, shape.specification, labels.specification,
                    testLabels.specification,
                ]))
        ) { parameters, context in
            let axes = parameters[shape]
            guard axes.isEmpty || SampleShape(axes: axes) != nil else {
                throw ParameterError.rule(
                    "\(parameters.path).shape", axes.parameterValue,
                    "is not a shape; give [D] or [H, W, C], all positive")
            }
            return try load(
                train: context.resolve(parameters[train]), test: parameters[test].map(context.resolve),
                shape: SampleShape(axes: axes), labels: parameters[labels].map(context.resolve),
                testLabels: parameters[testLabels].map(context.resolve))
        }
    }

    /// Loads arrays.
    ///
    /// - Throws: ``FileError`` for a malformed file, a number that is not finite, or a label that is not a class;
    ///   ``DatasetError`` where axes do not fit.
    static func load(
        train: String, test: String? = nil, shape: SampleShape? = nil, labels: String? = nil, testLabels: String? = nil
    ) throws -> Dataset {
        let training = try NumpyArray(contentsOf: train)
        let shape = try shape ?? sampleShape(of: training, at: train)
        let trainingClasses = try labels.map { try classes(at: $0, of: train, count: training.axes.first ?? 0) }
        let classCount = (trainingClasses?.max() ?? -1) + 1
        var testSamples = LabelledSamples.empty(dimension: shape.dimension)
        if let test {
            let array = try NumpyArray(contentsOf: test)
            guard (array.scalar == .byte) == (training.scalar == .byte) else {
                throw DatasetError.axes(
                    test, array.axes, wanted: "numbers of the same type as in '\(train)', bytes in both or in neither")
            }
            let testClasses = try testLabels.map { try classes(at: $0, of: test, count: array.axes.first ?? 0) }
            testSamples = try samples(array, at: test, shape: shape, labels: testClasses)
        }
        return try Dataset(
            name: "npy", shape: shape, classCount: classCount, levels: training.scalar == .byte ? 256 : nil,
            training: samples(training, at: train, shape: shape, labels: trainingClasses), test: testSamples)
    }

    /// The shape that an array's axes say.
    private static func sampleShape(of array: NumpyArray, at path: String) throws(DatasetError) -> SampleShape {
        let axes = Array(array.axes.dropFirst())
        guard let shape = SampleShape(axes: axes.count == 2 ? axes + [1] : axes) else {
            throw .axes(path, array.axes, wanted: "[N, D], [N, H, W] or [N, H, W, C], none of them 0")
        }
        return shape
    }

    private static func samples(
        _ array: NumpyArray, at path: String, shape: SampleShape, labels: [Int]?
    ) throws(DatasetError) -> LabelledSamples {
        guard let count = array.axes.first, array.values.count == count * shape.dimension else {
            throw .axes(path, array.axes, wanted: "rows of \(shape.dimension) numbers, for samples of shape \(shape)")
        }
        let values = array.scalar == .byte ? array.values.map { ByteScale.bytes[UInt8($0)] } : array.floats
        return LabelledSamples(values: values, labels: labels, dimension: shape.dimension)
    }

    /// One class for each sample.
    private static func classes(at path: String, of samples: String, count: Int) throws -> [Int] {
        let array = try NumpyArray(contentsOf: path)
        guard array.axes.count == 1 else { throw DatasetError.axes(path, array.axes, wanted: "[N]") }
        guard array.values.count == count else {
            throw DatasetError.countMismatch(images: samples, count, labels: path, array.values.count)
        }
        return try array.values.enumerated().map { index, value in
            guard let label = Int(exactly: value), (0..<DatasetError.largestClassCount).contains(label) else {
                throw DatasetError.labelValue(path, index: index, value)
            }
            return label
        }
    }
}
