import GUDBases
import GUDCore
import Testing

/// Compositions and the built-ins' factories: fitting, state, labels, schemas and messages.
@Suite struct ComposedBasisTests {
    private static let shape = SampleShape.image(height: 4, width: 4, channels: 3)

    private static func registry() throws -> Registry {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        return registry
    }

    private func make(
        _ name: String, _ given: [String: ParameterValue] = [:], shape: SampleShape = shape, fitting: [Float]? = nil,
        state: StateArrays? = nil
    ) throws -> any Basis {
        let registry = try Self.registry()
        let factory = try registry.factory(.basis, named: name)
        return try factory.make(
            factory.descriptor.schema.resolve(given, at: "basis"),
            BasisContext(shape: shape, fitting: fitting, state: state, registry: registry))
    }

    private func compose(
        _ elements: [ParameterValue], fitting: [Float]? = nil, state: StateArrays? = nil
    ) throws -> any Basis {
        try make("compose", ["of": .list(elements)], fitting: fitting, state: state)
    }

    @Test("registers the names of the command line, each with whiten and varianceFloor")
    func names() throws {
        let registry = try Self.registry()
        #expect(registry.names(of: "basis") == ["color", "compose", "dct", "fourier", "haar", "pca", "pixel"])
        for entry in registry.entries(of: "basis") {
            let names = entry.descriptor.schema.specifications.map(\.name)
            #expect(names.suffix(2) == ["whiten", "varianceFloor"], "\(entry.descriptor.name)")
        }
    }

    @Test("applies the elements in order")
    func order() throws {
        let samples = correlatedSamples(3, shape: Self.shape)
        let composed = try compose([.string("color"), .string("haar")])
        let color = try ColorBasis(opponent: Self.shape)
        let haar = try HaarBasis(shape: Self.shape)
        #expect(try composed.forward(samples) == haar.forward(color.forward(samples)))
        #expect(try composed.inverse(samples) == color.inverse(haar.inverse(samples)))
    }

    @Test("an element is fitted to what those before it make of the data")
    func nestedFit() throws {
        let samples = correlatedSamples(30, shape: Self.shape)
        let composed = try compose(
            [.string("dct"), .table(["name": .string("pca"), "components": .integer(9)])], fitting: samples)
        let dct = DCTBasis(shape: Self.shape)
        let transformed = try dct.forward(samples)
        let pca = try PCABasis(fitting: transformed, shape: Self.shape, components: 9)
        #expect(composed.componentCount == 9)
        #expect(try composed.forward(samples) == pca.forward(transformed))
    }

    @Test("the state restores fitted elements bit for bit, without data")
    func state() throws {
        let samples = correlatedSamples(30, shape: Self.shape)
        let elements: [ParameterValue] = [
            .table(["name": .string("color"), "transform": .string("fitted")]), .string("haar"), .string("pca"),
        ]
        let fitted = try compose(elements, fitting: samples)
        let state = try #require((fitted as? any FittedBasis)?.state)
        #expect(state["of.0.matrix"]?.axes == [3, 3])
        #expect(state["of.2.eigenvectors"]?.axes == [1, 48, 48])
        let restored = try compose(elements, state: state)
        #expect(try restored.forward(samples) == fitted.forward(samples))
        #expect((restored as? any FittedBasis)?.fitReport == (fitted as? any FittedBasis)?.fitReport)
        #expect((fitted as? any FittedBasis)?.fitReport.count == 2)
    }

    @Test("labels are those of the last element that moves components; color passes them on, pca has none")
    func labels() throws {
        let haar = try HaarBasis(shape: Self.shape)
        for elements in [["color", "haar"], ["haar", "color"], ["haar", "pixel", "color"]] {
            let composed = try compose(elements.map { .string($0) })
            #expect(composed.labels(.level) == haar.labels(.level), "\(elements)")
            #expect(composed.labels(.row) == haar.labels(.row), "\(elements)")
        }
        #expect(try compose([.string("color")]).labels(.row) == PixelBasis(shape: Self.shape).labels(.row))
        let samples = correlatedSamples(30, shape: Self.shape)
        #expect(try compose([.string("haar"), .string("pca")], fitting: samples).labels(.level) == nil)
    }

    @Test("errors of compositions name the element")
    func composeErrors() throws {
        let samples = correlatedSamples(30, shape: Self.shape)
        expectError("basis.of: [] composes nothing; name one basis or more") { try compose([]) }
        expectError(
            "basis.of: missing; give a list, each entry a value (The bases in the order in which they are applied, each a name or a table {name: …} with its parameters.)"
        ) {
            try make("compose")
        }
        expectError(
            "there is no basis named 'har'; did you mean 'haar'? known: color, compose, dct, fourier, haar, pca, pixel"
        ) { try compose([.string("har")]) }
        expectError("basis.of[1]: '3' is not the name of a basis, or a table with a name") {
            try compose([.string("haar"), .integer(3)])
        }
        expectError("basis.of[0].name: missing; give the name of a basis (what to compose)") {
            try compose([.table(["levels": .integer(1)])])
        }
        expectError("basis.of[1].level: unknown key; did you mean 'levels'? known keys: levels, whiten, varianceFloor")
        {
            try compose([.string("color"), .table(["name": .string("haar"), "level": .integer(1)])])
        }
        expectError("basis.of[0].whiten: data has no effect on an element; set whiten beside 'of'") {
            try compose([.table(["name": .string("haar"), "whiten": .string("data")])])
        }
        expectError(
            "the basis could not be fitted: compose: element 0 keeps 5 of 48 components; only the last element may drop any"
        ) {
            try compose(
                [.table(["name": .string("pca"), "components": .integer(5)]), .string("haar")], fitting: samples)
        }
        expectError("basis 'pca' is fitted to data, and none was given; name a data set, or --fit DATA.npy") {
            try compose([.string("color"), .string("pca")])
        }
    }

    @Test("errors of shapes name the shape and the remedy")
    func shapeErrors() throws {
        expectError(
            "the basis cannot take samples of shape 7×4×1: no Haar level halves an odd axis; "
                + "pad it to an even length, or take dct or fourier"
        ) { try make("haar", shape: .image(height: 7, width: 4, channels: 1)) }
        expectError(
            "the basis cannot take samples of shape 28×28×1: 3 Haar levels call for axes that are multiples of 2^3; "
                + "it takes at most 2"
        ) { try make("haar", ["levels": .integer(3)], shape: .image(height: 28, width: 28, channels: 1)) }
        expectError("basis.levels: 0 is out of range; allowed: 1 to 16") { try make("haar", ["levels": .integer(0)]) }
        expectError("basis.whiten: 'yes' is not one of none, data") { try make("pixel", ["whiten": .string("yes")]) }
        expectError(
            "the basis cannot take samples of shape 8×8×1: there are no channels to decorrelate; "
                + "it calls for images with 2 or more"
        ) { try make("color", shape: .image(height: 8, width: 8, channels: 1)) }
        expectError(
            "the basis cannot take samples of shape 8×8×2: opponent colours call for 3 channels, and it has 2; "
                + "set transform: fitted"
        ) { try make("color", shape: .image(height: 8, width: 8, channels: 2)) }
    }

    @Test("haar takes as many levels as the shape does, at most 3")
    func levels() throws {
        for (height, width, levels) in [(28, 28, 2), (32, 32, 3), (64, 64, 3), (2, 64, 1), (12, 8, 2)] {
            #expect(try HaarBasis(shape: .image(height: height, width: width, channels: 1)).levels == levels)
        }
    }

    @Test("fitted colours are uncorrelated, largest variance first; opponent lightness is the mean times √3")
    func colors() throws {
        let samples = correlatedSamples(50, shape: Self.shape)
        let colors = try ColorBasis(fitting: samples, shape: Self.shape).forward(samples)
        func product(_ i: Int, _ j: Int) -> Double {
            stride(from: 0, to: colors.count, by: 3).reduce(0) { $0 + Double(colors[$1 + i]) * Double(colors[$1 + j]) }
        }
        #expect(product(0, 0) > product(1, 1) && product(1, 1) > product(2, 2))
        for (i, j) in [(0, 1), (0, 2), (1, 2)] { #expect(abs(product(i, j)) < 1e-4 * product(0, 0)) }
        let opponent = try ColorBasis(opponent: .image(height: 1, width: 1, channels: 3)).forward([1, 1, 1])
        expectClose(opponent, [Double(3).squareRoot(), 0, 0], place: "grey")
    }
}
