import BenchmarkSupport
import Foundation
import GUDBases
import GUDCore
import GUDNeural
import GUDSchedules
import GUDTraining

/// Training steps and predictions of the U-Net beside the same network in PyTorch eager, interleaved in the same run.
///
///     swift run -c release training-benchmark [REPEATS]
///
/// Prints seconds and the ratio GUD / PyTorch; below 1 GUD is faster. Each side does the whole job of a step: drawing a
/// batch, noising it, forward, backward, clipping, AdamW, and the average of the weights.
@main
struct TrainingBenchmark {
    struct Case {
        let size: Int
        let channels: Int
        let multipliers: [Int]
        let batch: Int
        let stepsPerTurn: Int
    }

    static func main() throws {
        let repeats = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 7
        let cases = [
            Case(size: 8, channels: 16, multipliers: [1, 2], batch: 64, stepsPerTurn: 10),
            Case(size: 28, channels: 16, multipliers: [1, 2, 4], batch: 64, stepsPerTurn: 2),
        ]
        print("case                       threads  job    PyTorch      GUD        ratio   (medians of \(repeats))")
        for threads in [1, 2] {
            for item in cases { try compare(item, threads: threads, repeats: repeats) }
        }
    }

    static func compare(_ item: Case, threads: Int, repeats: Int) throws {
        var ours = try Contender(item, threads: threads)
        let theirs = try PythonServer(
            "training.py",
            [
                "\(item.size)", "\(item.channels)", item.multipliers.map(String.init).joined(separator: ","),
                "\(item.batch)", "\(threads)",
            ])
        let label = "\(item.size)×\(item.size)×1 base \(item.channels) \(item.multipliers)"
        for job in ["train", "infer"] {
            _ = try theirs.ask("\(job) 2")
            _ = try ours.time(job, 2)
            var (python, swift) = ([Double](), [Double]())
            for _ in 0..<repeats {
                python.append(try theirs.ask("\(job) \(item.stepsPerTurn)"))
                swift.append(try ours.time(job, item.stepsPerTurn))
            }
            let (p, s) = (median(python), median(swift))
            print(
                label.padding(toLength: 27, withPad: " ", startingAt: 0) + "\(threads)        \(job)  "
                    + String(format: "%8.2f ms  %8.2f ms   %.2f", p * 1e3, s * 1e3, s / p))
        }
        print(
            label.padding(toLength: 27, withPad: " ", startingAt: 0)
                + String(format: "peak memory: PyTorch %.0f MiB", try theirs.ask("memory")))
    }
}

/// The U-Net of GUD, trained on the same kind of data as the script's.
struct Contender {
    private let denoiser: any TrainableDenoiser
    private var source: BatchSource

    init(_ item: TrainingBenchmark.Case, threads: Int) throws {
        var registry = Registry()
        try BuiltInNetworks.register(in: &registry)
        let shape = SampleShape.image(height: item.size, width: item.size, channels: 1)
        let space = try ComponentSpace(
            basis: PixelBasis(shape: shape), mean: .init(repeating: 0, count: shape.dimension),
            scale: .init(repeating: 1, count: shape.dimension), variances: .init(repeating: 1, count: shape.dimension))
        let factory = try registry.factory(.denoiser, named: "unet")
        let made = try factory.make(
            factory.descriptor.schema.resolve(
                [
                    "channels": .integer(item.channels),
                    "multipliers": .list(item.multipliers.map { .integer($0) }),
                ], at: "denoiser"), DenoiserContext(space: space))
        guard let denoiser = made as? any TrainableDenoiser else { throw CocoaError(.featureUnsupported) }
        try denoiser.beginTraining(OptimiserOptions())
        try TensorEngine.shared().threadCount = threads
        self.denoiser = denoiser
        let schedule = try LinearSchedule(componentCount: shape.dimension, gammaMin: -7, gammaMax: 7)
        let data = CounterNoise(seed: 0, purpose: .synthesis).normals(samples: 0..<1500, count: shape.dimension)
        source = BatchSource(
            components: data, labels: nil, batchSize: item.batch, schedule: schedule, condition: nil, seed: 0)
    }

    mutating func time(_ job: String, _ count: Int) throws -> Double {
        let start = Date()
        for step in 1...count {
            let batch = try source.batch(step: step)
            if job == "train" {
                _ = try denoiser.trainingStep(batch, learningRate: 3e-4, randomSeed: UInt64(step))
            } else {
                _ = try denoiser.predictNoise(in: batch.noised, states: batch.states)
            }
        }
        return Date().timeIntervalSince(start) / Double(count)
    }
}
