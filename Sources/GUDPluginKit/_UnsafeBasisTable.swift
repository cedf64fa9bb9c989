import CGUDPlugin
import GUDCore
import GUDPluginABI

private typealias Box = ObjectBox<any Basis>

extension gud_basis_table {
    /// The functions of every basis in Swift.
    static let swift: gud_basis_table = {
        var table = gud_basis_table()
        table.struct_size = Versioned.size(of: gud_basis_table.self)
        table.create = { factory, context, parameters, object, error in
            reporting(to: error) {
                let box = try FactoryBox<BasisFactory>.of(factory)
                let context = try BasisContext(context)
                Box.create(try box.factory.make(try box.parameters(parameters), context), object)
            }
        }
        table.destroy = { Box.destroy($0) }
        table.info = { object, info, error in
            reporting(to: error) {
                let basis = try Box.of(object).value
                var filled = gud_basis_info()
                filled.dimension = UInt64(basis.dimension)
                filled.components = UInt64(basis.componentCount)
                if basis is any FittedBasis { filled.flags |= UInt32(GUD_BASIS_FITTED) }
                if let info { Versioned.fill(info, with: filled) }
            }
        }
        table.forward = { object, batch, samples, coefficients, error in
            reporting(to: error) {
                let basis = try Box.of(object).value
                var result = try output(coefficients, batch * basis.componentCount).mutableSpan
                try basis.forward(try input(samples, batch * basis.dimension).span, into: &result)
            }
        }
        table.inverse = { object, batch, coefficients, samples, error in
            reporting(to: error) {
                let basis = try Box.of(object).value
                var result = try output(samples, batch * basis.dimension).mutableSpan
                try basis.inverse(try input(coefficients, batch * basis.componentCount).span, into: &result)
            }
        }
        table.labels = { object, order, labels, error in
            reporting(to: error) {
                let basis = try Box.of(object).value
                guard let order = NaturalOrder(code: order), let values = basis.labels(order) else {
                    throw AbsentAbility(description: "the basis has no labels of this order")
                }
                try write(values, to: labels, count: basis.componentCount, "labels of order '\(order.rawValue)'")
            }
        }
        table.state = { object, arrays, count, error in
            reporting(to: error) {
                let box = try Box.of(object)
                guard let basis = box.value as? any FittedBasis else {
                    throw AbsentAbility(description: "the basis is not fitted: it keeps nothing")
                }
                try box.export(basis.state, arrays, count)
            }
        }
        return table
    }()
}

extension BasisContext {
    /// The context that the host describes.
    fileprivate init(_ pointer: UnsafePointer<gud_basis_context>?) throws {
        guard let pointer else { throw BrokenCall(description: "create was called without a context") }
        let context = Versioned.copy(pointer, over: gud_basis_context())
        guard let shape = SampleShape(rank: context.rank, axes: context.axes) else {
            throw BrokenCall.shape(rank: context.rank)
        }
        self.init(
            shape: shape,
            fitting: try context.fitting.map { try values($0, context.fitting_count * shape.dimension) },
            state: try context.state.map { try StateArrays($0, count: context.state_count) }, registry: Registry())
    }
}
