import Foundation
import GUDBases
import GUDCore

/// Times one component, in this process and isolated, and a built-in of its kind.
struct ComponentBench {
    /// What was measured on one size.
    struct Result {
        let component: String
        let size: String
        let bytes: Int
        let reference: String
        /// Seconds a call: here, isolated, and the built-in's.
        let seconds: (here: Double, isolated: Double, builtIn: Double)

        private var all: [(who: String, seconds: Double)] {
            [
                ("this process", seconds.here), ("isolated", seconds.isolated),
                ("built-in \(reference)", seconds.builtIn),
            ]
        }

        var rows: [[String]] {
            all.enumerated().map { index, entry in
                [
                    index == 0 ? component : "", index == 0 ? size : "", entry.who,
                    String(format: entry.seconds > 0.1 ? "%.2f" : "%.0f", 1 / entry.seconds),
                    String(format: "%.2f", Double(bytes) / entry.seconds / 1e9),
                    String(format: "%.2f", entry.seconds / seconds.builtIn),
                ]
            }
        }

        var json: [String: Any] {
            [
                "component": component, "size": size, "bytesPerCall": bytes, "reference": reference,
                "secondsPerCall": [
                    "thisProcess": seconds.here, "isolated": seconds.isolated, "builtIn": seconds.builtIn,
                ],
            ]
        }
    }

    private static let references = ["basis": "dct", "schedule": "soft", "denoiser": "gaussian", "conditioner": "none"]
    private let registry: Registry
    private let kind: String
    private let name: String

    init(_ registry: Registry, kind: String, name: String) {
        (self.registry, self.kind, self.name) = (registry, kind, name)
    }

    func run() throws -> [Result] {
        switch kind {
        case "basis":
            try bases { .image(height: $0, width: $0, channels: 1) }
        case "schedule":
            try [64, 3072].compactMap { count in
                try measure("γ of \(count)", bytes: 8 * count) { try Self.schedule($0, $1, count: count) }
            }
        case "denoiser":
            try [(64, 64)].compactMap { count, batch in
                try measure("\(batch) × \(count)", bytes: 8 * count * batch) { factory, parameters in
                    try Self.denoiser(factory, parameters, count: count, batch: batch)
                }
            }
        default:
            try [64].compactMap { count in
                try measure("a request in \(count)", bytes: 4 * count) { try Self.conditioner($0, $1, count: count) }
            }
        }
    }

    /// Times a basis on small and larger images; on vectors of as many scalars where it takes no images.
    private func bases(_ shape: (Int) -> SampleShape) throws -> [Result] {
        let results = try [(8, 64), (32, 128)].compactMap { size, batch in
            let shape = shape(size)
            return try measure("\(batch) × \(shape)", bytes: 8 * batch * shape.dimension) { factory, parameters in
                try Self.basis(factory, parameters, shape: shape, batch: batch)
            }
        }
        if case .image = shape(8), results.isEmpty { return try bases { .vector($0 * $0) } }
        return results
    }

    /// Times a call of the plugin in both places and of the built-in; `nil` where the plugin does not take the size.
    private func measure(
        _ size: String, bytes: Int, _ call: (any ComponentFactory, Parameters) throws -> () throws -> Void
    ) throws -> Result? {
        let reference = Self.references[kind] ?? ""
        let calls: [() throws -> Void]
        do {
            calls = try [
                call(factory(name), parameters(name, ["isolated": .bool(false)])),
                call(factory(name), parameters(name, ["isolated": .bool(true)])),
                call(
                    factory(reference),
                    parameters(reference, reference == "gaussian" ? ["covariance": .string("diagonal")] : [:])),
            ]
        } catch let error as any GUDError where error.blame == .request {
            Terminal.error("\(kind)/\(name) is not measured on \(size): \(error)")
            return nil
        }
        var times = [[Double]](repeating: [], count: 3)
        for _ in 0..<5 { for index in 0..<3 { times[index].append(try Self.seconds(calls[index])) } }
        let medians = times.map { $0.sorted()[2] }
        return Result(
            component: "\(kind)/\(name)", size: size, bytes: bytes, reference: reference,
            seconds: (medians[0], medians[1], medians[2]))
    }

    private func factory(_ name: String) throws -> any ComponentFactory {
        try registry.entry(kind, named: name).factory
    }

    private func parameters(_ name: String, _ given: [String: ParameterValue]) throws -> Parameters {
        try registry.entry(kind, named: name).descriptor.schema.resolve(given, at: kind)
    }

    /// Seconds a call, over about a twentieth of a second.
    private static func seconds(_ call: () throws -> Void) throws -> Double {
        try call()
        let clock = ContinuousClock()
        var (count, total) = (0, Duration.zero)
        while total < .milliseconds(50) {
            // The first says whether one is enough.
            let calls = count == 0 ? 1 : 16
            total += try clock.measure { for _ in 0..<calls { try call() } }
            count += calls
        }
        return total / .seconds(1) / Double(count)
    }

    private static func basis(
        _ factory: any ComponentFactory, _ parameters: Parameters, shape: SampleShape, batch: Int
    ) throws -> () throws -> Void {
        guard let factory = factory as? BasisFactory else { return {} }
        let samples = CounterNoise(seed: 1, purpose: .checking).normals(samples: 0..<batch, count: shape.dimension)
        let basis = try factory.make(parameters, BasisContext(shape: shape, fitting: samples, registry: Registry()))
        var coefficients = [Float](repeating: 0, count: batch * basis.componentCount)
        return {
            var span = coefficients.mutableSpan
            try basis.forward(samples.span, into: &span)
        }
    }

    private static func schedule(
        _ factory: any ComponentFactory, _ parameters: Parameters, count: Int
    ) throws -> () throws -> Void {
        guard let factory = factory as? ScheduleFactory else { return {} }
        let schedule = try factory.make(parameters, ScheduleContext(componentCount: count))
        var gamma = [Double](repeating: 0, count: count)
        return {
            var span = gamma.mutableSpan
            try schedule.gamma(at: 0.5, into: &span)
        }
    }

    private static func denoiser(
        _ factory: any ComponentFactory, _ parameters: Parameters, count: Int, batch: Int
    ) throws -> () throws -> Void {
        guard let factory = factory as? DenoiserFactory else { return {} }
        let noise = CounterNoise(seed: 1, purpose: .checking)
        let denoiser = try factory.make(
            parameters,
            DenoiserContext(space: try space(count), fitting: noise.normals(samples: 0..<1000, count: count)))
        let state = NoisingState(
            time: 0.5, gamma: [Double](repeating: 0, count: count), gammaRate: [Double](repeating: 10, count: count))
        let noised = noise.normals(samples: 0..<batch, count: count, step: 1)
        var result = noised
        return {
            var span = result.mutableSpan
            try denoiser.predictNoise(in: noised.span, states: .shared(state), embeddings: nil, into: &span)
        }
    }

    private static func conditioner(
        _ factory: any ComponentFactory, _ parameters: Parameters, count: Int
    ) throws -> () throws -> Void {
        guard let factory = factory as? ConditionerFactory else { return {} }
        let (conditioner, space) = (try factory.make(parameters, 10), try space(count))
        return { _ = try conditioner.condition(ConditionRequest(), in: space) }
    }

    /// A space over samples as they are.
    private static func space(_ count: Int) throws -> ComponentSpace {
        let ones = [Float](repeating: 1, count: count)
        return try ComponentSpace(
            basis: PixelBasis(shape: .vector(count)), mean: ones.map { _ in 0 }, scale: ones,
            variances: ones.map { _ in 1 })
    }
}
