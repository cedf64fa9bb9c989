import BenchmarkSupport
import Foundation
import GUDBases
import GUDCore
import GUDNeural
import GUDSampling
import GUDSchedules
import GUDTraining

/// Exact likelihoods of the probability flow beside the same computation in PyTorch eager, interleaved in the same run.
///
///     swift run -c release likelihood-benchmark [REPEATS]
///
/// A hundred images of 8×8, the same weights, the same steps of the same integrator, and the exact trace: 64 vector–Jacobian
/// products per image and evaluation. Prints seconds and the ratio GUD / PyTorch, below 1 GUD is faster, and the likelihoods that
/// both find.
@main
struct LikelihoodBenchmark {
    static let steps = 2

    static func main() throws {
        let repeats = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 5
        // How many threads GUD takes is settled once in a process, so each number has one of its own.
        guard let threads = ProcessInfo.processInfo.environment["GUD_THREADS"].flatMap(Int.init) else {
            print("100 images 8×8×1, exact trace, \(4 * steps) evaluations (medians of \(repeats))")
            print("U-Net        threads  PyTorch      GUD        ratio   nats per image, PyTorch and GUD")
            fflush(nil)
            for threads in ["1", "2"] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
                process.arguments = ["\(repeats)"]
                process.environment = ProcessInfo.processInfo.environment.merging(["GUD_THREADS": threads]) { $1 }
                try process.run()
                process.waitUntilExit()
            }
            return
        }
        for channels in [8, 16] { try compare(channels: channels, threads: threads, repeats: repeats) }
    }

    static func compare(channels: Int, threads: Int, repeats: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "gud-likelihood-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ours = try Contender(channels: channels, folder: folder)
        let theirs = try PythonServer(
            "likelihood.py",
            ["weights.safetensors", "x.npy"].map { folder.appendingPathComponent($0).path }
                + ["\(channels)", "1,2", "\(steps)", "\(threads)"])
        let nats = (try theirs.ask("nats"), try ours.measure())
        var (python, swift) = ([Double](), [Double]())
        for _ in 0..<repeats {
            python.append(try theirs.ask("seconds"))
            let start = Date()
            _ = try ours.measure()
            swift.append(Date().timeIntervalSince(start))
        }
        let (p, s) = (median(python), median(swift))
        print(
            "\(channels) [1, 2]".padding(toLength: 13, withPad: " ", startingAt: 0) + "\(threads)        "
                + String(format: "%7.2f s  %7.2f s   %.2f    %.4f  %.4f", p, s, s / p, nats.0, nats.1))
    }
}

/// The U-Net of GUD with random weights, which it leaves in a folder for the script, with the images.
struct Contender {
    private let problem: LikelihoodProblem

    init(channels: Int, folder: URL) throws {
        var registry = Registry()
        try BuiltInNetworks.register(in: &registry)
        let shape = SampleShape.image(height: 8, width: 8, channels: 1)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: shape), mean: .init(repeating: 0, count: shape.dimension),
            scale: .init(repeating: 1, count: shape.dimension), variances: .init(repeating: 1, count: shape.dimension))
        let factory = try registry.factory(.denoiser, named: "unet")
        func unet(_ state: StateArrays?) throws -> any Denoiser {
            try factory.make(
                factory.descriptor.schema.resolve(
                    ["channels": .integer(channels), "multipliers": .list([.integer(1), .integer(2)])],
                    at: "denoiser"),
                DenoiserContext(space: space, state: state))
        }
        // An untrained network ends in zeros; a little noise on its last layer makes it say something.
        guard var state = try (unet(nil) as? any FittedDenoiser)?.state, let output = state["ema.output.weight"] else {
            throw CocoaError(.featureUnsupported)
        }
        let size = output.axes.reduce(1, *)
        let noise = CounterNoise(seed: 1, purpose: .synthesis).normals(samples: 0..<1, count: size)
        state["ema.output.weight"] = .init(axes: output.axes, values: .float(noise.map { 0.02 * $0 }))
        let denoiser = try unet(state)

        let data = CounterNoise(seed: 0, purpose: .synthesis).normals(samples: 0..<100, count: shape.dimension)
        var arrays = StateArrays()
        arrays.merge(state, under: "denoiser")
        try Safetensors(arrays: arrays, metadata: [:])
            .write(to: folder.appendingPathComponent("weights.safetensors").path)
        try NumpyArray.write(data, axes: [100] + shape.axes, to: folder.appendingPathComponent("x.npy").path)
        problem = LikelihoodProblem(
            denoiser: denoiser,
            schedule: try LinearSchedule(componentCount: shape.dimension, gammaMin: -7, gammaMax: 7), space: space,
            data: data, batchSize: 100)
    }

    /// The mean negative log-likelihood in nats per image.
    func measure() throws -> Double {
        try ProbabilityFlowLikelihood(trace: .exact, stepping: .fixed(steps: LikelihoodBenchmark.steps))
            .measure(problem).meanNats.value
    }
}
