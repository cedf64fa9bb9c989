import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A space, lent to a plugin.
///
/// Invariant: the table's pointers, its context among them, are valid as long as this object; whoever lends it keeps it alive for as long as
/// the interface promises.
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
            LentSpace.transform(context, error) { basis throws(BasisError) in
                let source = UnsafeBufferPointer(start: samples, count: batch * basis.dimension)
                var result = UnsafeMutableBufferPointer(start: coefficients, count: batch * basis.componentCount)
                    .mutableSpan
                try basis.forward(source.span, into: &result)
            }
        }
        table.pointee.inverse = { context, batch, coefficients, samples, error in
            LentSpace.transform(context, error) { basis throws(BasisError) in
                let source = UnsafeBufferPointer(start: coefficients, count: batch * basis.componentCount)
                var result = UnsafeMutableBufferPointer(start: samples, count: batch * basis.dimension).mutableSpan
                try basis.inverse(source.span, into: &result)
            }
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
        _ context: UnsafeMutableRawPointer?, _ report: UnsafeMutablePointer<gud_error>?,
        _ body: (any Basis) throws(BasisError) -> Void
    ) -> gud_status {
        guard let space = of(context) else { return GUD_ERROR_ARGUMENT }
        do {
            try body(space.basis)
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
