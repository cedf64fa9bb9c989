import BenchmarkSupport
import Foundation
import GUDCore
import GUDPipeline
import GUDPluginHost

/// What it costs to call a plugin: nanoseconds added to a direct call of a basis that copies its samples.
///
///     swift run -c release plugins-benchmark [REPEATS]
///
/// Baseline: a Swift type behind `any Basis` that calls the same memcpy. Beside it, interleaved: the C table of a
/// plugin, a manifest whose function is cast and called directly, one that goes through libffi, and the plugin in a
/// process of its own. Then the time to check a plugin before its first use, and to load it.
@main
struct PluginsBenchmark {
    static func main() throws {
        let repeats = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 9
        let (registry, records) = try load()
        // Before anything else, for a library is loaded once.
        let times = try records.compactMap { record -> String? in
            guard let description = record.description, let checked = record.checked else { return nil }
            return "\(description.id): checked in \(milliseconds(checked.seconds)), loaded and made in "
                + (try loading(description, registry))
        }
        print("one sample of n floats   calls: medians of \(repeats), ns added to the direct protocol call")
        print("n       direct     C table   manifest, cast   manifest, libffi   isolated")
        for count in [16, 3072] { try compare(count, registry, repeats) }
        for line in times { print(line) }
    }

    /// Builds the plugin of Benchmarks/Plugins and has it checked with an empty cache.
    private static func load() throws -> (Registry, [PluginRecord]) {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "gud-benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let plugins = package.appendingPathComponent("Plugins")
        for name in ["direct", "libffi"] {
            try FileManager.default.copyItem(
                at: plugins.appendingPathComponent("\(name).plugin.yaml"),
                to: scratch.appendingPathComponent("\(name).plugin.yaml"))
        }
        // One library is both: the plugin, and what the manifests bind.
        for output in ["copy.so", "libcopy.so"] {
            try run([
                "cc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-I",
                package.deletingLastPathComponent().appendingPathComponent("Sources/CGUDPlugin/include").path,
                plugins.appendingPathComponent("copy.c").path, "-o", scratch.appendingPathComponent(output).path,
            ])
        }
        var options = PluginHost.Options()
        options.paths = [scratch.path]
        options.program = package.deletingLastPathComponent().appendingPathComponent(".build/release/gud").path
        options.systemFolders = []
        options.environment = HostEnvironment(variables: ["HOME": scratch.path])
        let host = try PluginHost(options)
        var registry = try Registry.builtIn()
        for complaint in try host.register(in: &registry) { print("warning: \(complaint)") }
        return (registry, try host.records())
    }

    private static func compare(_ count: Int, _ registry: Registry, _ repeats: Int) throws {
        let shape = SampleShape.vector(count)
        func basis(_ name: String, _ given: [String: ParameterValue] = [:]) throws -> any Basis {
            let factory = try registry.factory(.basis, named: name)
            return try factory.make(
                try factory.descriptor.schema.resolve(given, at: "basis"),
                BasisContext(shape: shape, registry: registry))
        }
        let bases: [any Basis] = [
            CopyBasis(shape: shape), try basis("copy"), try basis("direct"), try basis("libffi"),
            try basis("copy", ["isolated": .bool(true)]),
        ]
        let samples = CounterNoise(seed: 1, purpose: .checking).normals(samples: 0..<1, count: count)
        var coefficients = samples
        var times = [[Double]](repeating: [], count: bases.count)
        for _ in 0..<repeats {
            for (index, basis) in bases.enumerated() {
                times[index].append(
                    try secondsPerCall(index == 4 ? 2000 : 200_000) {
                        var span = coefficients.mutableSpan
                        try basis.forward(samples.span, into: &span)
                    })
            }
        }
        let medians = times.map { median($0) * 1e9 }
        print(
            String(
                format: "%-6d  %5.0f ns  %+6.0f ns  %+12.0f ns  %+14.0f ns  %+7.0f ns", count, medians[0],
                medians[1] - medians[0], medians[2] - medians[0], medians[3] - medians[0], medians[4] - medians[0]))
    }

    /// The time of the first object, which loads the library.
    private static func loading(_ description: PluginDescription, _ registry: Registry) throws -> String {
        guard let component = description.components.first else { return "—" }
        let factory = try registry.factory(.basis, named: component.name)
        let parameters = try factory.descriptor.schema.resolve([:], at: "basis")
        let start = Date()
        _ = try factory.make(parameters, BasisContext(shape: .vector(16), registry: registry))
        return milliseconds(Date().timeIntervalSince(start))
    }

    private static func milliseconds(_ seconds: Double) -> String { String(format: "%.2f ms", seconds * 1e3) }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}

/// The baseline: the same copy behind the protocol, without a plugin.
struct CopyBasis: Basis {
    let shape: SampleShape
    var componentCount: Int { shape.dimension }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        _ = try batchCount(source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: dimension)
        samples.withUnsafeBufferPointer { source in
            coefficients.withUnsafeMutableBufferPointer { destination in
                guard let from = source.baseAddress, let to = destination.baseAddress else { return }
                memcpy(to, from, source.count * MemoryLayout<Float>.stride)
            }
        }
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try forward(coefficients, into: &samples)
    }

    func labels(_ order: NaturalOrder) -> [Double]? { nil }
}
