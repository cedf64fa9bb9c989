import GUDPluginKit

/// Turns pairs of scalars, as turn.c does.
struct Turn: Basis {
    static let shift = Parameter("shift", default: 0.0, "Added to every label.")

    let shape: SampleShape
    let shift: Double
    var componentCount: Int { dimension }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        try rotate(samples, into: &coefficients, sine: 0.6)
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try rotate(coefficients, into: &samples, sine: -0.6)
    }

    func labels(_ order: NaturalOrder) -> [Double]? {
        order == .frequency ? (0..<dimension).map { Double($0 / 2) + shift } : nil
    }

    private func rotate(_ from: Span<Float>, into to: inout MutableSpan<Float>, sine: Float) throws(BasisError) {
        _ = try batchCount(source: from.count, rowsOf: dimension, destination: to.count, rowsOf: dimension)
        for pair in stride(from: 0, to: from.count, by: 2) {
            to[pair] = 0.8 * from[pair] - sine * from[pair + 1]
            to[pair + 1] = sine * from[pair] + 0.8 * from[pair + 1]
        }
    }

    static let factory = BasisFactory(
        Descriptor(
            name: "turn", summary: "Turns pairs of scalars.", schema: ParameterSchema([shift.specification]))
    ) { parameters, context in
        guard context.shape.dimension % 2 == 0 else {
            throw BasisError.unsupportedShape(context.shape, reason: "the number of scalars is odd")
        }
        return Turn(shape: context.shape, shift: parameters[shift])
    }
}

/// The entry that the header declares.
@c @implementation
public func gud_plugin_entry(
    _ host: UnsafePointer<gud_host>!, _ plugin: UnsafeMutablePointer<UnsafePointer<gud_plugin>?>!,
    _ error: UnsafeMutablePointer<gud_error>!
) -> gud_status {
    Plugin(id: "org.example.swift-turn", version: "1.0.0", components: [.basis(Turn.factory)])
        .export(to: host, plugin, error)
}
