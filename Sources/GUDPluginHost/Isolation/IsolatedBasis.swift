import GUDCore

/// A basis in a plugin's process.
class IsolatedBasis: Basis, @unchecked Sendable {
    let shape: SampleShape
    let componentCount: Int
    private let object: IsolatedObject
    private let naturalLabels: [NaturalOrder: [Double]]

    init(_ object: IsolatedObject, _ shape: SampleShape, _ components: Int, _ labels: [NaturalOrder: [Double]]) {
        self.object = object
        self.shape = shape
        componentCount = components
        naturalLabels = labels
    }

    final func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        try transform(.forward, batch, samples, &coefficients)
    }

    final func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        try transform(.inverse, batch, coefficients, &samples)
    }

    final func labels(_ order: NaturalOrder) -> [Double]? { naturalLabels[order] }

    private func transform(
        _ kind: WireFrame.Kind, _ batch: Int, _ source: Span<Float>, _ destination: inout MutableSpan<Float>
    ) throws(BasisError) {
        let offset = (4 * source.count + 63) / 64 * 64
        do {
            try object.process.call(
                WireFrame(kind, object.number, batch, offset), size: offset + 4 * destination.count,
                doing: "\(kind) of \(object.component)"
            ) { memory in
                memory.write(source, at: 0)
            } read: { memory in
                memory.read(into: &destination, at: offset)
            }
        } catch {
            throw .failed(reason: error.description)
        }
    }
}

/// A fitted basis in a plugin's process.
final class FittedIsolatedBasis: IsolatedBasis, FittedBasis, @unchecked Sendable {
    let state: StateArrays
    let fitReport: [String] = []

    init(
        _ object: IsolatedObject, _ shape: SampleShape, _ components: Int, _ labels: [NaturalOrder: [Double]],
        state: StateArrays
    ) {
        self.state = state
        super.init(object, shape, components, labels)
    }
}
