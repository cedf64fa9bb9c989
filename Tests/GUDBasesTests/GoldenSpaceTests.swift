import GUDBases
import GUDCore
import TestSupport
import Testing

/// `space_linear.json` and `space_fourier.json`, at 1e-5 relative: components, whitened components, whitened data and data.
///
/// Compared: `comp`, `comp_white`, `encode`, `data_white`, `from_data_white`, `w_*`, `decode_of_w*`,
/// `data_white_of_w_hermitian`, and `transform_noise` of the Fourier space, which is the forward transform of real noise.
/// Left out: `score` and `transform_noise` of the linear space, which convert scores and noise and are no transforms of
/// data; `decode_of_w_not_hermitian`, as our components are real and cannot break the symmetry.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
struct GoldenSpaceTests {
    /// A space with the golden matrix for every channel (the identity where it is null), mean 0 and the golden scale.
    private static func linearSpace(_ inputs: GoldenValue) throws -> ComponentSpace {
        let axes = inputs["x"].shape
        let (dimension, channels) = (axes[1], axes[2])
        let shape = SampleShape.image(height: dimension, width: 1, channels: channels)
        var matrix = inputs["components"].data
        if !inputs["components"].exists {
            matrix = (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? 1 : 0 }
        }
        let vectors = [[Double]](repeating: matrix, count: channels).joined().map { Float($0) }
        let state = StateArrays([
            "eigenvectors": .init(axes: [channels, dimension, dimension], values: .float(vectors)),
            "eigenvalues": .init(
                axes: [channels, dimension], values: .double([Double](repeating: 1, count: channels * dimension))),
            "rank": .init(axes: [channels], values: .integer([Int64](repeating: Int64(dimension), count: channels))),
            "clamped": .init(axes: [channels], values: .integer([Int64](repeating: 0, count: channels))),
        ])
        let basis = try PCABasis(state: state, shape: shape, scope: .channel)
        return try space(basis, scale: inputs["scale"], channels: channels)
    }

    /// A space with mean 0 whose scale is given for each place, and shared by its channels.
    private static func space(_ basis: any Basis, scale: GoldenValue, channels: Int) throws -> ComponentSpace {
        let places = basis.dimension / channels
        let perPlace = scale.exists ? scale.data : [Double](repeating: 1, count: places)
        return try ComponentSpace(
            basis: basis, mean: [Float](repeating: 0, count: basis.dimension),
            scale: perPlace.flatMap { [Float](repeating: Float($0), count: channels) },
            variances: [Double](repeating: 1, count: basis.dimension))
    }

    @Test("the linear space's components, whitened data and reconstructions")
    func linear() throws {
        for (index, golden) in try Golden("space_linear").cases.enumerated() {
            let (inputs, reference) = (golden["inputs"], golden["reference"])
            let space = try Self.linearSpace(inputs)
            let x = inputs["x"].data.map { Float($0) }
            let w = inputs["w"].data.map { Float($0) }
            let whitened = try space.components(of: x)
            let fromWhitenedData = try space.basis.forward(w)
            let scaled = { (values: [Float]) in
                values.indices.map { values[$0] * space.scale[$0 % space.componentCount] }
            }
            let results: [(String, GoldenValue, [Float])] = [
                ("encode", reference["encode"], whitened),
                ("comp", reference["comp"], try space.basis.forward(x)),
                ("comp_white", reference["comp_white"], whitened),
                ("data_white", reference["data_white"], try space.basis.inverse(whitened)),
                ("decode_of_w", reference["decode_of_w"], try space.samples(of: w)),
                ("w_comp", reference["w_comp"], scaled(w)),
                ("w_data", reference["w_data"], try space.samples(of: w)),
                ("w_data_white", reference["w_data_white"], try space.basis.inverse(w)),
                ("from data_white: comp_white", reference["from_data_white"]["comp_white"], fromWhitenedData),
                ("from data_white: comp", reference["from_data_white"]["comp"], scaled(fromWhitenedData)),
                (
                    "from data_white: data", reference["from_data_white"]["data"],
                    try space.samples(of: fromWhitenedData)
                ),
            ]
            for (name, expected, values) in results where expected.exists {
                expectClose(values, expected.data, place: "case \(index), \(name)")
            }
        }
    }

    @Test("the Fourier space's components, packed, its whitened data and reconstructions")
    func fourier() throws {
        for (index, golden) in try Golden("space_fourier").cases.enumerated() {
            let (inputs, reference) = (golden["inputs"], golden["reference"])
            let spatial = inputs["space_shape"].elements.compactMap { $0.number.map { Int($0) } }
            let channels = inputs["x"].shape[2]
            let shape =
                spatial.count == 1
                ? SampleShape.vector(spatial[0])
                : .image(height: spatial[0], width: spatial[1], channels: channels)
            let space = try Self.space(FourierBasis(shape: shape), scale: inputs["scale"], channels: channels)
            let pack = { (value: GoldenValue) in packed(value, spatial: spatial, channels: channels) }
            let floats = { (value: GoldenValue) in value.data.map { Float($0) } }

            let x = floats(inputs["x"])
            let hermitian = pack(inputs["w_hermitian"]).map { Float($0) }
            let whitened = try space.components(of: x)
            let fromWhitenedData = try space.basis.forward(floats(inputs["y"]))
            let results: [(String, [Double], [Float])] = [
                ("encode", pack(reference["encode"]), whitened),
                ("comp", pack(reference["comp"]), try space.basis.forward(x)),
                ("data_white", reference["data_white"].data, try space.basis.inverse(whitened)),
                (
                    "transform_noise", pack(reference["transform_noise"]),
                    try space.basis.forward(floats(inputs["noise"]))
                ),
                ("decode_of_w", reference["decode_of_w_hermitian"].data, try space.samples(of: hermitian)),
                ("data_white_of_w", reference["data_white_of_w_hermitian"].data, try space.basis.inverse(hermitian)),
                ("from data_white: comp_white", pack(reference["from_data_white"]["comp_white"]), fromWhitenedData),
                (
                    "from data_white: data", reference["from_data_white"]["data"].data,
                    try space.samples(of: fromWhitenedData)
                ),
            ]
            for (name, expected, values) in results {
                expectClose(values, expected, place: "case \(index), \(name)")
            }
        }
    }
}

/// The real packing of Hermitian components `[batch, places, channels]` in the layout of fftn.
private func packed(_ value: GoldenValue, spatial: [Int], channels: Int) -> [Double] {
    let real = value["re"].elements.compactMap(\.number)
    let imaginary = value["im"].elements.compactMap(\.number)
    let (rows, columns) = spatial.count == 1 ? (1, spatial[0]) : (spatial[0], spatial[1])
    return real.indices.map { index in
        let place = index / channels % (rows * columns)
        let (row, column) = (place / columns, place % columns)
        let mirror = (rows - row) % rows * columns + (columns - column) % columns
        if place == mirror { return real[index] }
        if place < mirror { return 2.0.squareRoot() * real[index] }
        return 2.0.squareRoot() * imaginary[index + (mirror - place) * channels]
    }
}
