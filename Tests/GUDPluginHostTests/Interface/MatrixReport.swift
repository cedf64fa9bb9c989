import GUDCore

@testable import GUDPluginHost

/// What a host makes of a plugin, as text: its description, and what its components compute of fixed numbers, bit by
/// bit.
///
/// The test uses it in this process, and compiles it into hosts of other versions.
enum MatrixReport {
    /// The report of a library, or the message with which it is refused.
    static func text(_ path: String) -> String {
        do {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let plugin = try LoadedPlugin(path: path, name: name)
            var lines = describe(plugin.description)
            for component in plugin.description.components { lines += try compute(component, of: plugin) }
            return lines.map { $0 + "\n" }.joined()
        } catch {
            return "\(error)\n"
        }
    }

    private static func describe(_ plugin: PluginDescription) -> [String] {
        ["\(plugin.id) \(plugin.version), interface \(plugin.interface), toolkit \(plugin.toolkit ?? "unknown")"]
            + plugin.components.map { "brings \($0.place): \($0.summary)" } + plugin.notes.map { "note: \($0)" }
    }

    private static func compute(_ component: PluginDescription.Component, of plugin: LoadedPlugin) throws -> [String] {
        let parameters = try component.schema().resolve([:], at: component.place)
        let numbers: [Float] = [1, -2, 0.1, 3e-8, 3.1415927, -0.0, 1e20, 7]
        switch component.kind {
        case "basis":
            let basis = try plugin.makeBasis(
                component.name, parameters, BasisContext(shape: .vector(4), registry: Registry()))
            return [
                "forward \(bits(try basis.forward(numbers)))", "inverse \(bits(try basis.inverse(numbers)))",
                "labels \(basis.labels(.frequency)?.description ?? "none"), \(basis.labels(.level)?.description ?? "none")",
            ]
        case "denoiser":
            let space = try ComponentSpace(
                basis: Same(shape: .vector(4)), mean: [0, 0, 0, 0], scale: [1, 1, 1, 1], variances: [1, 1, 1, 1])
            let denoiser = try plugin.makeDenoiser(component.name, parameters, DenoiserContext(space: space))
            let states = (0..<2).map { index in
                NoisingState(
                    time: 0.5, gamma: (0..<4).map { Double($0 + index) }, gammaRate: [Double](repeating: 1, count: 4))
            }
            return [
                "noise \(bits(try denoiser.predictNoise(in: numbers, states: .shared(states[0]))))",
                "noise \(bits(try denoiser.predictNoise(in: numbers, states: .perSample(states))))",
            ]
        default: return []
        }
    }

    private static func bits(_ values: [Float]) -> String {
        values.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
    }

    /// The basis of the space that denoisers are lent.
    private struct Same: Basis {
        let shape: SampleShape
        var componentCount: Int { dimension }
        func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
            for index in 0..<samples.count { coefficients[index] = samples[index] }
        }
        func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
            try forward(coefficients, into: &samples)
        }
        func labels(_ order: NaturalOrder) -> [Double]? { nil }
    }
}
