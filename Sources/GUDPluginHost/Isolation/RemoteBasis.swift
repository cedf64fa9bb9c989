import GUDCore

/// The basis of a space that stayed in the host's process.
struct RemoteBasis: Basis {
    typealias Transform =
        @Sendable (
            _ kind: WireFrame.Kind, _ space: Int, _ batch: Int, _ source: Span<Float>,
            _ result: inout MutableSpan<Float>
        ) throws(WireError) -> Void

    let shape: SampleShape
    let componentCount: Int
    let naturalLabels: [NaturalOrder: [Double]]
    let space: Int
    let transform: Transform

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        do {
            try transform(.spaceForward, space, batch, samples, &coefficients)
        } catch {
            throw .failed(reason: error.description)
        }
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        do {
            try transform(.spaceInverse, space, batch, coefficients, &samples)
        } catch {
            throw .failed(reason: error.description)
        }
    }

    func labels(_ order: NaturalOrder) -> [Double]? { naturalLabels[order] }
}
