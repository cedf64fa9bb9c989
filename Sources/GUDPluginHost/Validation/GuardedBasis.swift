import GUDCore

/// A basis whose every call works between guard pages, on a source that cannot be written and a destination full of
/// NaNs.
struct GuardedBasis: Basis {
    let basis: any Basis
    /// Whether guards follow the buffers; otherwise they precede them.
    let atEnd: Bool

    var shape: SampleShape { basis.shape }
    var componentCount: Int { basis.componentCount }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        try guarded(samples, ("samples", "coefficients"), &coefficients) { source, result throws(BasisError) in
            try basis.forward(source, into: &result)
        }
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try guarded(coefficients, ("coefficients", "samples"), &samples) { source, result throws(BasisError) in
            try basis.inverse(source, into: &result)
        }
    }

    func labels(_ order: NaturalOrder) -> [Double]? { basis.labels(order) }

    private func guarded(
        _ source: Span<Float>, _ names: (StaticString, StaticString), _ destination: inout MutableSpan<Float>,
        _ body: (Span<Float>, inout MutableSpan<Float>) throws(BasisError) -> Void
    ) throws(BasisError) {
        guard let input = GuardedBuffer(repeating: Float(0), count: source.count, atEnd: atEnd, name: names.0),
            let output = GuardedBuffer(repeating: Float.nan, count: destination.count, atEnd: atEnd, name: names.1)
        else { throw .failed(reason: "there is no memory for guard pages") }
        input.hold(source)
        var result = output.mutableElements.mutableSpan
        try body(input.elements.span, &result)
        for index in 0..<destination.count { destination[index] = result[index] }
    }
}
