import Foundation
import GUDCore
import GUDSchedules
import TestSupport
import Testing

/// Noising with given noise, `z(t) = α z(0) + σ ε`, against all 18 golden cases: in pixels, in a rotation and in Fourier components.
///
/// The reference's Fourier components are complex. Ours are the real orthonormal packing of the same transform, so there the
/// data and the whitened data are compared, and the noise is taken from the whitened data.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct NoisingGoldenTests {
    /// One case: `U` row-major `[K, K]`, scales, labels and shapes.
    private struct Example {
        let golden: GoldenValue
        let rotation: [Double]
        let scale: [Double]
        let isComplex: Bool
        var inputs: GoldenValue { golden["inputs"] }
        var width: Int { scale.count }

        init(_ golden: GoldenValue) {
            self.golden = golden
            let space = golden["inputs"]["space_args"]
            let count = golden["inputs"]["x"].shape[1]
            isComplex = golden["space"].string == "fourier"
            switch golden["space"].string {
            case "linear": rotation = space["components"].data
            case "fourier":
                rotation = Example.fourier(space["space_shape"].elements.compactMap { $0.number.map { Int($0) } })
            default: rotation = (0..<count * count).map { $0 / count == $0 % count ? 1 : 0 }
            }
            scale = space["scale"].exists ? space["scale"].data : [Double](repeating: 1, count: count)
        }

        /// The real orthonormal packing: row k holds `√2 cos` and row −k `√2 sin` of the wave k, or row k = −k the wave itself.
        private static func fourier(_ shape: [Int]) -> [Double] {
            let count = shape.reduce(1, *)
            let axes = shape.count == 1 ? [1] + shape : shape
            func place(_ index: Int) -> (Int, Int) { (index / axes[1], index % axes[1]) }
            return (0..<count).flatMap { k in
                let (row, column) = place(k)
                let mirror = (axes[0] - row) % axes[0] * axes[1] + (axes[1] - column) % axes[1]
                return (0..<count).map { n -> Double in
                    let (y, x) = place(n)
                    let phase =
                        2 * Double.pi
                        * (Double(row * y) / Double(axes[0]) + Double(column * x) / Double(axes[1]))
                    let wave = k <= mirror ? cos(phase) : sin(phase)
                    return wave * (k == mirror ? 1 : 2.0.squareRoot()) / Double(count).squareRoot()
                }
            }
        }

        /// `U x` of every channel, row-major `[component, channel]`.
        func components(_ x: ArraySlice<Double>) -> [Double] { multiply(x) { rotation[$0 * width + $1] } }

        /// `Uᵀ c` of every channel.
        func samples(_ c: [Double]) -> [Double] { multiply(c[...]) { rotation[$1 * width + $0] } }

        private func multiply(_ x: ArraySlice<Double>, _ entry: (Int, Int) -> Double) -> [Double] {
            let channels = x.count / width
            return (0..<x.count).map { index in
                let (i, channel) = (index / channels, index % channels)
                return (0..<width).reduce(0) { $0 + entry(i, $1) * x[x.startIndex + $1 * channels + channel] }
            }
        }

        func schedule() throws -> any NoiseSchedule {
            let arguments = inputs["schedule"]
            if arguments["fn"].string == "linear_schedule" {
                return try LinearSchedule(
                    componentCount: width, gammaMin: arguments["gamma_min"].number ?? .nan,
                    gammaMax: arguments["gamma_max"].number ?? .nan)
            }
            let low = arguments["gamma_min_target"].number ?? .nan
            let high = arguments["gamma_max_target"].number ?? .nan
            return try SoftSchedule(
                labels: arguments["labels"].data, variances: scale.map { _ in 1 }, gammaDenoise: low, gammaNoise: high,
                steepness: 1 / (arguments["softness"].number ?? .nan),
                clip: arguments["clip"].bool == true ? low...high : nil)
        }
    }

    @Test("all 18 cases agree to 1e-12") func golden() throws {
        let cases = try Golden("ou_process").cases
        #expect(cases.count == 18)
        for (number, golden) in cases.enumerated() {
            let example = Example(golden)
            let (schedule, expected) = (try example.schedule(), golden["reference"])
            let x = example.inputs["x"].data
            let noise = example.isComplex ? expected["z_data_white"].data : example.inputs["raw_noise"].data
            let times = example.inputs["t"].data
            let size = x.count / times.count
            var results: [String: [Double]] = [:]
            for (row, time) in times.enumerated() {
                let state = try schedule.state(at: time)
                let channels = size / example.width
                let range = row * size..<(row + 1) * size
                let clean = example.components(x[range])
                let epsilon = example.isComplex ? example.components(noise[range]) : Array(noise[range])
                func each(_ body: (_ entry: Int, _ component: Int) -> Double) -> [Double] {
                    (0..<size).map { body($0, $0 / channels) }
                }
                let noised = each { state.alpha[$1] * clean[$0] / example.scale[$1] + state.sigma[$1] * epsilon[$0] }
                results["alpha", default: []] += state.alpha
                results["sigma", default: []] += state.sigma
                results["noised_data_white", default: []] += example.samples(noised)
                results["noised_data", default: []] += example.samples(each { noised[$0] * example.scale[$1] })
                results["z_data_white", default: []] += example.samples(epsilon)
                results["z_data", default: []] += example.samples(each { epsilon[$0] * example.scale[$1] })
                if !example.isComplex { results["noised_comp_white", default: []] += noised }
            }
            for (key, values) in results.sorted(by: { $0.key < $1.key }) {
                // α and σ are given once per component, or repeated for every channel.
                let reference = expected[key].data
                let repeats = reference.count / values.count
                expectClose(
                    values.flatMap { [Double](repeating: $0, count: max(1, repeats)) }, reference, within: 1e-12,
                    "case \(number): \(key)")
            }
        }
    }
}
