import BenchmarkSupport
import Foundation
import GUDBases
import GUDCore

/// Bases beside SciPy, NumPy and a plain matrix product, interleaved in the same run.
///
///     GUD_THREADS=1 swift run -c release bases-benchmark [REPEATS]
///
/// Prints the time of a batch of 128 samples and the ratio GUD / baseline; below 1 GUD is faster. Baselines: `numpy @` (OpenBLAS)
/// for `pca`, `scipy.fft.dctn` and `rfftn`, and a vectorised Haar in NumPy; with as many threads as GUD has.
@main
struct BasesBenchmark {
    static func main() throws {
        let repeats = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 9
        let threads = "\(Parallel.width)"
        let server = try PythonServer("bases.py", [threads], environment: ["OPENBLAS_NUM_THREADS": threads])
        print("basis    shape      baseline        GUD         ratio   (\(threads) threads, medians of \(repeats))")
        for (size, channels) in [(28, 1), (32, 3)] {
            let shape = SampleShape.image(height: size, width: size, channels: channels)
            let bases: [(String, any Basis)] = [
                ("dct", DCTBasis(shape: shape)), ("fourier", FourierBasis(shape: shape)),
                ("haar", try HaarBasis(shape: shape)),
            ]
            for (name, basis) in bases {
                try compare(name, basis, request: "\(name) \(size) \(channels)", calls: 20, server, repeats)
            }
        }
        let shape = SampleShape.image(height: 32, width: 32, channels: 3)
        let data = CounterNoise(seed: 0, purpose: .synthesis).normals(samples: 0..<256, count: shape.dimension)
        let pca = try PCABasis(fitting: CentredSamples(data, shape: shape).values, shape: shape)
        try compare("pca", pca, request: "gemm \(shape.dimension)", calls: 3, server, repeats)
    }

    static func compare(
        _ name: String, _ basis: any Basis, request: String, calls: Int, _ server: PythonServer, _ repeats: Int
    ) throws {
        let samples = CounterNoise(seed: 1, purpose: .checking).normals(samples: 0..<128, count: basis.dimension)
        var coefficients = samples
        var (theirs, ours) = ([Double](), [Double]())
        for _ in 0..<repeats {
            theirs.append(try server.ask("\(request) \(calls)"))
            ours.append(
                try secondsPerCall(calls) {
                    var span = coefficients.mutableSpan
                    try basis.forward(samples.span, into: &span)
                })
        }
        let (baseline, gud) = (median(theirs), median(ours))
        print(
            name.padding(toLength: 9, withPad: " ", startingAt: 0)
                + "\(basis.shape)".padding(toLength: 9, withPad: " ", startingAt: 0)
                + String(format: "%8.3f ms  %8.3f ms   %.2f", baseline * 1e3, gud * 1e3, gud / baseline))
    }
}
