import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A space, lent to a plugin.
///
/// Invariant: the table's pointers, its context among them, are valid as long as this object; whoever lends it keeps it
/// alive for as long as the interface promises.
final class LentSpace: @unchecked Sendable {
    let table: UnsafePointer<gud_space>
    private let space: ComponentSpace
    private let mean: UnsafeMutableBufferPointer<Float>
    private let scale: UnsafeMutableBufferPointer<Float>
    private let variances: UnsafeMutableBufferPointer<Double>

    init(_ space: ComponentSpace) {
        self.space = space
        mean = .allocate(capacity: space.mean.count)
        _ = mean.initialize(from: space.mean)
        scale = .allocate(capacity: space.scale.count)
        _ = scale.initialize(from: space.scale)
        variances = .allocate(capacity: space.variances.count)
        _ = variances.initialize(from: space.variances)
        let table = UnsafeMutablePointer<gud_space>.allocate(capacity: 1)
        table.initialize(to: gud_space())
        self.table = UnsafePointer(table)
        table.pointee.struct_size = Versioned.size(of: gud_space.self)
        table.pointee.rank = space.shape.rank
        table.pointee.axes = space.shape.axisTuple
        table.pointee.dimension = UInt64(space.dimension)
        table.pointee.components = UInt64(space.componentCount)
        table.pointee.mean = UnsafePointer(mean.baseAddress)
        table.pointee.scale = UnsafePointer(scale.baseAddress)
        table.pointee.variances = UnsafePointer(variances.baseAddress)
        table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        table.pointee.forward = { context, batch, samples, coefficients, error in
            LentSpace.transform(context, batch, samples, coefficients, isForward: true, error)
        }
        table.pointee.inverse = { context, batch, coefficients, samples, error in
            LentSpace.transform(context, batch, coefficients, samples, isForward: false, error)
        }
        table.pointee.labels = { context, code, labels, error in
            guard let labels, let space = LentSpace.of(context) else { return GUD_ERROR_ARGUMENT }
            guard let order = NaturalOrder(code: code), let values = space.basis.labels(order) else {
                return gud_error.report("the basis has no such labels", code: GUD_ERROR_UNSUPPORTED, to: error)
            }
            labels.update(from: values, count: values.count)
            return GUD_OK
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> ComponentSpace? {
        context.map { Unmanaged<LentSpace>.fromOpaque($0).takeUnretainedValue().space }
    }

    private static func transform(
        _ context: UnsafeMutableRawPointer?, _ batch: Int, _ source: UnsafePointer<Float>?,
        _ result: UnsafeMutablePointer<Float>?, isForward: Bool, _ report: UnsafeMutablePointer<gud_error>?
    ) -> gud_status {
        guard let basis = of(context)?.basis else { return GUD_ERROR_ARGUMENT }
        // Counts beyond all memory arrive as negative ones.
        guard (0...Int.max / (4 * basis.dimension)).contains(batch), batch == 0 || (source != nil && result != nil)
        else {
            return gud_error.report(
                "a space was called without its arrays, or with an absurd batch", code: GUD_ERROR_ARGUMENT, to: report)
        }
        let counts = (samples: batch * basis.dimension, coefficients: batch * basis.componentCount)
        let rows = UnsafeBufferPointer(start: source, count: isForward ? counts.samples : counts.coefficients)
        var written = UnsafeMutableBufferPointer(
            start: result, count: isForward ? counts.coefficients : counts.samples
        ).mutableSpan
        do throws(BasisError) {
            if isForward {
                try basis.forward(rows.span, into: &written)
            } else {
                try basis.inverse(rows.span, into: &written)
            }
            return GUD_OK
        } catch {
            return gud_error.report(error.description, code: GUD_ERROR_INTERNAL, to: report)
        }
    }

    deinit {
        UnsafeMutablePointer(mutating: table).deallocate()
        mean.deallocate()
        scale.deallocate()
        variances.deallocate()
    }
}
