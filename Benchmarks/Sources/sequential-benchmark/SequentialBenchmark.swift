import BenchmarkSupport
import Foundation
import GUDBases
import GUDCore
import GUDDenoisers
import GUDNeural
import GUDSampling
import GUDSchedules
import Synchronization

/// Sequential generation that evaluates what is active beside full evaluations of the same samples, interleaved in the same run.
///
///     swift run -c release sequential-benchmark [REPEATS]
///
/// Prints evaluations per sample, the share of components that is asked for in them, seconds of processor time (of all threads; busy
/// neighbours do not count), and the ratio active / full, below 1 the window is faster. Both draw the same samples, up to the difference in the last column.
@main
struct SequentialBenchmark {
    static let steps = 100

    static func main() throws {
        let repeats = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 3
        print("dpm++2m, \(steps) steps, \(Parallel.width) threads (medians of \(repeats))")
        print("images   denoiser  order      evaluations     components  seconds                ratio  difference")
        print("                              full   active   active      full       active")
        var registry = Registry()
        try BuiltInNetworks.register(in: &registry)
        try BuiltInDenoisers.register(in: &registry)
        try BuiltInSchedules.register(in: &registry)
        for (height, width, samples) in [(16, 128, 8), (28, 28, 16), (8, 8, 64)] {
            let space = try space(.image(height: height, width: width, channels: 1))
            for name in ["convnet", "unet", "gaussian"] {
                // A covariance of 2,048 components takes minutes.
                if name == "gaussian", width > 28 { continue }
                let denoiser = try denoiser(name, space, registry)
                // All that a U-Net saves are steps without change.
                for order in orders(width) where name != "unet" || order.isHalfGiven {
                    let schedule = try order.schedule(space, registry)
                    let given = order.isHalfGiven ? leftHalf(height, width) : nil
                    try compare(
                        "\(height)×\(width)", name, order.name, repeats,
                        SamplingProblem(
                            denoiser: denoiser, schedule: schedule, variances: space.variances, samples: 0..<samples,
                            condition: Condition(given: given), batchSize: samples))
                }
            }
        }
    }

    /// What all threads of this process have taken.
    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Columns at three softnesses, and the softest with the left half given.
    struct Order {
        let name: String
        let parameters: [String: ParameterValue]
        var isHalfGiven = false

        func schedule(_ space: ComponentSpace, _ registry: Registry) throws -> any NoiseSchedule {
            let factory = try registry.factory(.schedule, named: "soft")
            return try factory.make(
                factory.descriptor.schema.resolve(
                    parameters.merging(["gammaDenoise": .number(-7), "gammaNoise": .number(7)]) { $1 }, at: "schedule"),
                ScheduleContext(space))
        }
    }

    static func orders(_ width: Int) -> [Order] {
        func column(_ softness: Double) -> [String: ParameterValue] {
            ["order": .string("column"), "softness": .number(softness)]
        }
        // Eight columns, one after the other, are as soft as 1/7: softer still go pixels.
        let sharp: [String: ParameterValue] =
            width > 8
            ? column(0.05) : ["order": .string("block"), "blockSize": .integer(1), "softness": .number(0.05)]
        return [
            Order(name: width > 8 ? "0.05" : "0.05 pixels", parameters: sharp),
            Order(name: "0.05 half", parameters: sharp, isHalfGiven: true),
            Order(name: "0.2", parameters: column(0.2)), Order(name: "1", parameters: column(1)),
        ]
    }

    static func compare(
        _ images: String, _ name: String, _ order: String, _ repeats: Int, _ problem: SamplingProblem
    ) throws {
        var problem = problem
        var (seconds, results):
            ([EvaluationScope: [Double]], [EvaluationScope: (samples: [Float], cost: SamplingCost)]) =
                ([:], [:])
        for _ in 0..<repeats {
            for scope in [EvaluationScope.full, .active] {
                problem.evaluation = scope
                let cost = Cost()
                let start = processorSeconds
                let samples = try DPMSolverPlusPlus2M(grid: .uniform(steps: steps)).sample(
                    problem, observer: SamplingObserver(onState: { _ in }, onBatch: cost.keep))
                seconds[scope, default: []].append(processorSeconds - start)
                results[scope] = cost.value.map { (samples, $0) }
            }
        }
        guard let full = results[.full], let active = results[.active] else { return }
        let (f, a) = (median(seconds[.full] ?? []), median(seconds[.active] ?? []))
        let share = Double(active.cost.components) / Double(active.cost.evaluations * problem.componentCount)
        let difference = zip(full.samples, active.samples).map { abs($0 - $1) }.max() ?? 0
        func column(_ text: String, _ width: Int) -> String {
            text.padding(toLength: width, withPad: " ", startingAt: 0)
        }
        print(
            column(images, 9) + column(name, 10) + column(order, 12)
                + String(
                    format: "%5.0f  %5.0f   %5.1f %%   %8.3f   %8.3f   %5.3f  %.1e", full.cost.evaluationsPerSample,
                    active.cost.evaluationsPerSample, 100 * share, f, a, a / f, difference))
        fflush(nil)
    }

    /// Pixels of a smooth random field, not whitened.
    static func space(_ shape: SampleShape) throws -> ComponentSpace {
        try ComponentSpace(
            basis: PixelBasis(shape: shape), mean: .init(repeating: 0, count: shape.dimension),
            scale: .init(repeating: 1, count: shape.dimension), variances: .init(repeating: 1, count: shape.dimension))
    }

    static func leftHalf(_ height: Int, _ width: Int) -> GivenComponents {
        GivenComponents(
            mask: (0..<height * width).map { $0 % width < width / 2 },
            values: [Float](repeating: 0.5, count: height * width))
    }

    /// A network with weights that say something, or the Gaussian of a field whose correlations fall with the distance.
    static func denoiser(_ name: String, _ space: ComponentSpace, _ registry: Registry) throws -> any Denoiser {
        if name == "gaussian" {
            guard case .image(_, let width, _) = space.shape else { throw CocoaError(.featureUnsupported) }
            let count = space.componentCount
            let covariance = (0..<count * count).map { index -> Double in
                let (a, b) = (index / count, index % count)
                return exp(-0.3 * Double(abs(a / width - b / width) + abs(a % width - b % width)))
            }
            return try GaussianDenoiser(covariance: .full(covariance), componentCount: count)
        }
        let factory = try registry.factory(.denoiser, named: name)
        func network(_ state: StateArrays?) throws -> any Denoiser {
            try factory.make(
                factory.descriptor.schema.resolve(["channels": .integer(32)], at: "denoiser"),
                DenoiserContext(space: space, state: state))
        }
        guard var state = try (network(nil) as? any FittedDenoiser)?.state, let output = state["ema.output.weight"]
        else {
            throw CocoaError(.featureUnsupported)
        }
        // An untrained network ends in zeros; a little noise on its last layer makes it say something.
        let noise = CounterNoise(seed: 1, purpose: .synthesis)
            .normals(samples: 0..<1, count: output.axes.reduce(1, *))
        state["ema.output.weight"] = .init(axes: output.axes, values: .float(noise.map { 0.02 * $0 }))
        return try network(state)
    }
}

/// What the observer was told last.
private final class Cost: Sendable {
    private let kept = Mutex<SamplingCost?>(nil)
    var value: SamplingCost? { kept.withLock { $0 } }
    func keep(_ cost: SamplingCost) { kept.withLock { $0 = cost } }
}
