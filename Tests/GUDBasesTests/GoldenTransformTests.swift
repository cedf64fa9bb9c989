import GUDBases
import GUDCore
import TestSupport
import Testing

/// Every case of `transforms.json`: PyWavelets, scipy.fft and numpy.fft in float64, at 1e-5 relative.
///
/// `hartley` is no basis of ours, but follows from the real packing, and is checked so. `real_packed_rfft_1d` is the
/// packing in another order, and is compared as that permutation.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED"))
struct GoldenTransformTests {
    private static func cases(_ function: String) throws -> [GoldenValue] {
        let cases = try Golden("transforms").cases.filter { $0["fn"].string == function }
        try #require(!cases.isEmpty)
        return cases
    }

    /// A golden array has one axis (a vector) or two (an image of one channel).
    private static func shape(_ array: GoldenValue) -> SampleShape {
        let axes = array.shape
        return axes.count == 1 ? .vector(axes[0]) : .image(height: axes[0], width: axes[1], channels: 1)
    }

    /// Compares forward and inverse with a golden pair, and the same in each channel of a three-channel image.
    private func check(_ basis: any Basis, _ x: [Double], _ expected: [Double], place: String) throws {
        let samples = x.map(Float.init)
        expectClose(try basis.forward(samples), expected, place: place)
        expectClose(try basis.inverse(expected.map(Float.init)), x, place: "\(place), inverse")
    }

    @Test("Haar equals PyWavelets at every level, in one and two dimensions")
    func haar() throws {
        for golden in try Self.cases("haar") {
            let levels = Int(try #require(golden["inputs"]["levels"].number))
            let basis = try HaarBasis(shape: Self.shape(golden["inputs"]["x"]), levels: levels)
            try check(
                basis, golden["inputs"]["x"].data, golden["exact"]["packed"].data, place: "\(basis.shape), \(levels)")
        }
    }

    @Test("the real-packed DFT equals numpy's in layout and sign; its matrix and its reflection likewise")
    func fourier() throws {
        for golden in try Self.cases("real_packed_dft") {
            let x = golden["inputs"]["x"].data
            let basis = FourierBasis(shape: Self.shape(golden["inputs"]["x"]))
            let packed = golden["exact"]["P"].data
            try check(basis, x, packed, place: "\(basis.shape)")

            let negated = golden["exact"]["negated_flat_index"].data.map { Int($0) }
            let labels = try #require(basis.labels(.frequency))
            for (index, mirror) in negated.enumerated() {
                #expect(labels[index] == labels[mirror], "k and −k have one frequency")
            }
            guard golden["exact"]["matrix"].exists else { continue }
            let matrix = golden["exact"]["matrix"].data
            for column in 0..<x.count {
                var unit = [Float](repeating: 0, count: x.count)
                unit[column] = 1
                expectClose(
                    try basis.forward(unit), (0..<x.count).map { matrix[$0 * x.count + column] },
                    place: "\(basis.shape), column \(column)")
            }
        }
    }

    @Test("the Hartley transform follows from the packing: H[k] = Re F[k] − Im F[k]")
    func hartley() throws {
        let half = 0.5.squareRoot()
        for golden in try Self.cases("hartley") {
            let shape = Self.shape(golden["inputs"]["x"])
            let packed = try FourierBasis(shape: shape).forward(golden["inputs"]["x"].data.map(Float.init))
            let axes = Array(shape.axes.prefix(2))
            let hartley = packed.indices.map { index in
                let mirror = negated(index, axes: axes)
                let (value, other) = (Double(packed[index]), Double(packed[mirror]))
                // Of a pair, the first place holds √2 Re F[k]; Im F[−k] = −Im F[k].
                if index == mirror { return value }
                return index < mirror ? half * (value - other) : half * (other + value)
            }
            expectClose(hartley.map { Float($0) }, golden["exact"]["H"].data, place: "\(shape)")
        }
    }

    @Test("scipy's rfft packing [Re 0, √2 Re 1, √2 Im 1, …] is a permutation of ours")
    func rfft() throws {
        for golden in try Self.cases("real_packed_rfft_1d") {
            let x = golden["inputs"]["x"].data
            let packed = try FourierBasis(shape: .vector(x.count)).forward(x.map(Float.init))
            let order = [0] + (1...x.count / 2).flatMap { 2 * $0 == x.count ? [$0] : [$0, x.count - $0] }
            expectClose(order.map { packed[$0] }, golden["exact"]["P"].data, place: "\(x.count)")
        }
    }

    @Test("the DCT and its inverse equal scipy.fft.dctn and idctn")
    func cosine() throws {
        for golden in try Self.cases("dct2_ortho") {
            let x = golden["inputs"]["x"].data
            let basis = DCTBasis(shape: Self.shape(golden["inputs"]["x"]))
            try check(basis, x, golden["exact"]["y"].data, place: "\(basis.shape)")
            expectClose(
                try basis.inverse(x.map(Float.init)), golden["exact"]["idct_of_x"].data, place: "\(basis.shape), idct")
        }
    }

    @Test("no case of the file is left out")
    func completeness() throws {
        let known: Set = ["haar", "hartley", "real_packed_dft", "real_packed_rfft_1d", "dct2_ortho"]
        #expect(Set(try Golden("transforms").cases.compactMap { $0["fn"].string }) == known)
    }
}

/// The flat index of −k.
private func negated(_ index: Int, axes: [Int]) -> Int {
    if axes.count == 1 { return (axes[0] - index) % axes[0] }
    let (row, column) = (index / axes[1], index % axes[1])
    return (axes[0] - row) % axes[0] * axes[1] + (axes[1] - column) % axes[1]
}
