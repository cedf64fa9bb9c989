import GUDCore
import GUDData
import Testing

@Suite("Data sets as values")
struct DatasetTests {
    let samples = LabelledSamples(values: [1, 2, 3, 4, 5, 6], labels: [2, 0, 1], dimension: 2)

    @Test("Rows, prefixes and selections keep values and labels together")
    func rows() {
        #expect(samples.count == 3)
        #expect(Array(samples[1]) == [3, 4])
        #expect(samples.prefix(2) == LabelledSamples(values: [1, 2, 3, 4], labels: [2, 0], dimension: 2))
        #expect(samples.prefix(9) == samples)
        #expect(
            samples.selecting([2, 0, 2])
                == LabelledSamples(values: [5, 6, 1, 2, 5, 6], labels: [1, 2, 1], dimension: 2))
        #expect(samples.selecting([]).count == 0)
    }

    @Test("The names of the built-in data sets")
    func names() throws {
        var registry = Registry()
        try BuiltInDatasets.register(in: &registry)
        #expect(
            registry.names(of: "dataset") == [
                "8gaussians", "checkerboard", "cifar10", "digits", "folder", "idx", "moons", "npy",
            ])
    }

    @Test("Neighbouring levels are a bin width apart")
    func binWidth() throws {
        func width(_ levels: Int?) throws -> Double? {
            try Dataset(
                name: "x", shape: .vector(2), levels: levels,
                training: LabelledSamples(values: [0, 0], dimension: 2), test: .empty(dimension: 2)
            ).binWidth
        }
        #expect(try width(17) == 0.125)
        #expect(try width(256) == 2 / 255.0)
        #expect(try width(nil) == nil)
    }

    @Test(
        "A malformed data set is refused by name",
        arguments: [
            (
                LabelledSamples.empty(dimension: 2), LabelledSamples.empty(dimension: 2), 0,
                "data set 'x' has no training samples; give it at least one"
            ),
            (
                LabelledSamples(values: [1, 2, 3], dimension: 3), .empty(dimension: 2), 0,
                "the training part of data set 'x' has rows of 3 values where shape 2 calls for 2; give both parts one shape"
            ),
            (
                LabelledSamples(values: [1, 2], dimension: 2),
                LabelledSamples(values: [1, 2, 3, .nan], dimension: 2), 0,
                "test sample 1 of data set 'x' holds nan; only finite numbers can be used"
            ),
            (
                LabelledSamples(values: [1, -.infinity], dimension: 2), .empty(dimension: 2), 0,
                "training sample 0 of data set 'x' holds -inf; only finite numbers can be used"
            ),
            (
                LabelledSamples(values: [1, 2], labels: [3], dimension: 2), .empty(dimension: 2), 3,
                "training sample 0 of data set 'x' has label 3; allowed: 0 to 2"
            ),
            (
                LabelledSamples(values: [1, 2], labels: [0], dimension: 2),
                LabelledSamples(values: [1, 2], dimension: 2), 3,
                "the test part of data set 'x' has no labels, but the data set has 3 classes; label both parts or neither"
            ),
            (
                LabelledSamples(values: [1, 2], dimension: 2),
                LabelledSamples(values: [1, 2], labels: [0], dimension: 2), 0,
                "the test part of data set 'x' has labels, but the data set says it has no classes; "
                    + "label both parts or neither"
            ),
        ])
    func malformed(training: LabelledSamples, test: LabelledSamples, classCount: Int, text: String) throws {
        let found = try message {
            try Dataset(name: "x", shape: .vector(2), classCount: classCount, training: training, test: test)
        }
        #expect(found == text)
    }

    @Test("One value that is not finite is found wherever it is")
    func notFinite() throws {
        for position in [0, 1, 63, 64, 1000, 4095] {
            var values = [Float](repeating: 1, count: 4096)
            values[position] = position.isMultiple(of: 2) ? .nan : -.infinity
            let samples = LabelledSamples(values: values, dimension: 1)
            #expect(throws: DatasetError.self) {
                try Dataset(name: "x", shape: .vector(1), training: samples, test: .empty(dimension: 1))
            }
        }
    }

    @Test("Relative paths begin at the configuration's directory")
    func paths() {
        let context = DatasetContext(baseDirectory: "configs/a")
        #expect(context.resolve("x.npy") == "configs/a/x.npy")
        #expect(context.resolve("/x.npy") == "/x.npy")
        #expect(DatasetContext().resolve("x.npy") == "x.npy")
    }
}
