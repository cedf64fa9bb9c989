import CGUDPlugin
import GUDCore
import GUDPluginABI

/// The host's basis, seen from a plugin.
///
/// Invariant: the host keeps its space alive for as long as the call or the object that it was given to, and its
/// functions may be called from any thread.
struct HostBasis: Basis, @unchecked Sendable {
    private let space: gud_space
    let shape: SampleShape
    let componentCount: Int

    init(_ pointer: UnsafePointer<gud_space>) throws {
        space = Versioned.copy(pointer, over: gud_space())
        guard let shape = SampleShape(rank: space.rank, axes: space.axes) else {
            throw BrokenCall.shape(rank: space.rank)
        }
        self.shape = shape
        componentCount = Int(space.components)
    }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        try call(space.forward, batch, samples, &coefficients)
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        try call(space.inverse, batch, coefficients, &samples)
    }

    func labels(_ order: NaturalOrder) -> [Double]? {
        var labels = [Double](repeating: 0, count: componentCount)
        guard let function = space.labels, function(space.context, order.code, &labels, nil) == GUD_OK else {
            return nil
        }
        return labels
    }

    private typealias Transform =
        @convention(c) (
            UnsafeMutableRawPointer?, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?,
            UnsafeMutablePointer<gud_error>?
        ) -> gud_status

    private func call(
        _ function: Transform?, _ batch: Int, _ source: Span<Float>, _ destination: inout MutableSpan<Float>
    ) throws(BasisError) {
        guard let function else { throw .failed(reason: "this host has no such transform") }
        var error = gud_error.empty()
        let status = unsafe source.withUnsafeBufferPointer { source in
            unsafe destination.withUnsafeMutableBufferPointer { destination in
                function(space.context, batch, source.baseAddress, destination.baseAddress, &error)
            }
        }
        guard status == GUD_OK else { throw .failed(reason: error.text) }
    }
}

extension ComponentSpace {
    /// The space that the host describes.
    init(_ pointer: UnsafePointer<gud_space>?) throws {
        guard let pointer else { throw BrokenCall(description: "the host gave no space") }
        let basis = try HostBasis(pointer)
        let space = Versioned.copy(pointer, over: gud_space())
        try self.init(
            basis: basis, mean: try values(space.mean, basis.dimension),
            scale: try values(space.scale, basis.componentCount),
            variances: try values(space.variances, basis.componentCount))
    }
}
