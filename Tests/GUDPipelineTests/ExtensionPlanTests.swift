import Foundation
import GUDCore
import GUDSampling
import TestSupport
import Testing

@testable import GUDPipeline

@Suite("Plans of extension, and what is wrong with some")
struct ExtensionPlanTests {
    private let shape = SampleShape.image(height: 4, width: 6, channels: 1)

    private func windows(_ plan: ExtensionPlan, _ beginning: Int = 0) throws -> [[Int]] {
        try plan.windows(of: shape, beginning: beginning).map { [$0.given, $0.new, $0.start] }
    }

    @Test("Windows are given what is there, and end where they should")
    func plans() throws {
        #expect(try windows(ExtensionPlan(until: .windows(3))) == [[0, 6, 0], [3, 3, 6], [3, 3, 9]])
        #expect(try windows(ExtensionPlan(by: 1, until: .windows(2))) == [[0, 6, 0], [5, 1, 6]])
        #expect(try windows(ExtensionPlan(.rows, by: 3, until: .windows(2))) == [[0, 4, 0], [1, 3, 4]])
        // The last window adds what is missing, and is given more.
        #expect(try windows(ExtensionPlan(by: 4, until: .size(12))) == [[0, 6, 0], [2, 4, 6], [4, 2, 10]])
        #expect(try windows(ExtensionPlan(until: .size(6))) == [[0, 6, 0]])
        // A beginning that is shorter than what a window is given, longer than a window, and in between.
        #expect(try windows(ExtensionPlan(by: 3, until: .windows(2)), 1) == [[1, 5, 1], [3, 3, 6]])
        #expect(try windows(ExtensionPlan(by: 3, until: .windows(1)), 20) == [[3, 3, 20]])
        #expect(try windows(ExtensionPlan(by: 3, until: .size(8)), 4) == [[4, 2, 4], [4, 2, 6]])
    }

    @Test("Plans that make no sense are refused, with a remedy")
    func refused() throws {
        let mistakes: [(ExtensionPlan, Int, ExtensionError)] = [
            (ExtensionPlan(by: 6), 0, .step(6, window: 6, .columns)),
            (ExtensionPlan(by: 0), 0, .step(0, window: 6, .columns)),
            (ExtensionPlan(.rows, by: 4), 0, .step(4, window: 4, .rows)),
            (ExtensionPlan(until: .windows(0)), 0, .windows(0)),
            (ExtensionPlan(until: .size(5)), 0, .size(5, window: 6, .columns)),
            (ExtensionPlan(until: .size(9)), 9, .nothingNew(size: 9, beginning: 9, .columns)),
        ]
        for (plan, beginning, error) in mistakes {
            #expect(throws: error) { try plan.windows(of: shape, beginning: beginning) }
            #expect(error.description.contains("choose") || error.description.contains("at least"))
        }
        #expect(throws: ExtensionError.vector(.vector(6))) {
            try ExtensionPlan().windows(of: .vector(6), beginning: 0)
        }
        #expect(
            ExtensionError.step(6, window: 6, .columns).description
                == "6 new columns per window: a window has 6, of which at least one is new and at least one given; choose 1 to 5"
        )
    }

    @Test("Beginnings that do not fit, and requests that make no sense, are refused before anything is drawn")
    func beginnings() throws {
        let model = GaussianStripModel.firstOrder(0.8)
        let pipeline = try model.pipeline()
        func strips(_ height: Int, _ width: Int, _ count: Int, _ axis: ImageAxis, _ value: Float = 0) -> ImageStrips? {
            ImageStrips(
                [Float](repeating: value, count: count * height * width),
                shape: .image(height: height, width: width, channels: 1), along: axis)
        }
        func extend(
            _ range: Range<Int>, _ beginning: ImageStrips?, _ request: ConditionRequest = ConditionRequest()
        ) throws {
            _ = try pipeline.extend(
                range, plan: ExtensionPlan(), from: beginning, seed: 0, request: request,
                isCancelled: { true })
        }
        let tall = try #require(strips(3, 5, 1, .columns))
        #expect(
            throws: ExtensionError.beginning("the beginning", tall.shape, window: model.shape, .columns)
        ) { try extend(0..<2, tall) }
        #expect(throws: ExtensionError.self) { try extend(0..<2, strips(2, 6, 1, .rows)) }
        #expect(throws: ExtensionError.beginnings(3, strips: 2)) { try extend(0..<2, strips(2, 5, 3, .columns)) }
        #expect(throws: ExtensionError.notFinite(.infinity, beginning: 0)) {
            try extend(0..<2, strips(2, 5, 1, .columns, .infinity))
        }
        #expect(throws: ExtensionError.strips(2..<2)) { try extend(2..<2, nil) }
        #expect(throws: ExtensionError.strips(0..<1_000_001)) { try extend(0..<1_000_001, nil) }
        let observed = ConditionRequest(observed: Observation([0], mask: [true]))
        #expect(throws: ExtensionError.observation) { try extend(0..<2, nil, observed) }
        // All is well with this one: it is cancelled where sampling starts.
        #expect(throws: SamplingError.self) { try extend(0..<2, strips(2, 5, 1, .columns)) }
    }

    @Test("Files of beginnings are read, or refused by name")
    func files() throws {
        let directory = try TemporaryDirectory()
        let values = (0..<24).map { Float($0) / 24 }
        try NumpyArray.write(values, axes: [4, 6], to: directory.file("plain.npy"))
        try NumpyArray.write(values, axes: [2, 4, 3, 1], to: directory.file("two.npy"))
        try NumpyArray.write(values, axes: [24], to: directory.file("flat.npy"))
        let plain = try StripFile.read(directory.file("plain.npy"), window: shape, along: .columns)
        #expect(plain.values == values && plain.lineCount == 6 && plain.count == 1)
        #expect(try StripFile.read(directory.file("two.npy"), window: shape, along: .columns).count == 2)
        #expect(throws: ExtensionError.axes(directory.file("flat.npy"), [24])) {
            try StripFile.read(directory.file("flat.npy"), window: shape, along: .columns)
        }
        let error = #expect(throws: ExtensionError.self) {
            try StripFile.read(directory.file("two.npy"), window: shape, along: .rows)
        }
        #expect(error?.description.contains("width and channels must be the same") == true)
        #expect(throws: FileError.self) {
            try StripFile.read(directory.file("none.png"), window: shape, along: .columns)
        }
    }
}
