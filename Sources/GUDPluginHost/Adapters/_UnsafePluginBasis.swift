import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A plugin's basis behind the core's protocol.
///
/// Invariant: the plugin sees buffers of exactly the counts that its `info` promised; everything is checked before it
/// is called.
class PluginBasis: Basis, @unchecked Sendable {
    let shape: SampleShape
    let componentCount: Int
    private let object: PluginObject
    private let table: gud_basis_table
    private let naturalLabels: [NaturalOrder: [Double]]

    fileprivate init(
        _ object: PluginObject, _ table: gud_basis_table, _ shape: SampleShape, _ info: gud_basis_info
    ) throws(PluginError) {
        self.object = object
        self.table = table
        self.shape = shape
        guard Int(exactly: info.dimension) == shape.dimension else {
            throw object.inconsistent("says that samples of \(shape) have \(info.dimension) scalars")
        }
        guard let count = Int(exactly: info.components), (1...shape.dimension).contains(count) else {
            throw object.inconsistent("says that it has \(info.components) components for samples of \(shape)")
        }
        componentCount = count
        var labels: [NaturalOrder: [Double]] = [:]
        if let function = table.labels {
            for order in NaturalOrder.allCases {
                var values = [Double](repeating: .nan, count: count)
                guard let failure = object.call({ function($0, order.code, &values, $1) }) else {
                    guard values.allSatisfy(\.isFinite) else {
                        throw object.inconsistent("gives labels of order '\(order.rawValue)' that are not finite")
                    }
                    labels[order] = values
                    continue
                }
                guard failure.status == GUD_ERROR_UNSUPPORTED else { throw object.inconsistent(failure.message) }
            }
        }
        naturalLabels = labels
    }

    /// Makes a basis of a component.
    static func make(
        _ component: LoadedPlugin.Component, of plugin: LoadedPlugin, _ parameters: ParameterBox,
        _ context: BasisContext
    ) throws -> PluginBasis {
        let table = Versioned.copy(component.table, over: gud_basis_table())
        let state = try context.state.map { try ExportedArrays($0) }
        var asked = gud_basis_context()
        asked.struct_size = Versioned.size(of: gud_basis_context.self)
        asked.rank = context.shape.rank
        asked.axes = context.shape.axisTuple
        asked.state = state?.arrays.baseAddress
        asked.state_count = state?.arrays.count ?? 0
        let object = try PluginObject(component, of: plugin, destroy: table.destroy) { object, error in
            withOptionalPointer(context.fitting) { fitting, count in
                asked.fitting = fitting
                asked.fitting_count = count / context.shape.dimension
                return withExtendedLifetime((state, parameters)) {
                    table.create(component.factory, &asked, parameters.handle, object, error)
                }
            }
        }
        var info = gud_basis_info()
        info.struct_size = Versioned.size(of: gud_basis_info.self)
        if let failure = object.call({ table.info($0, &info, $1) }) { throw object.inconsistent(failure.message) }
        return info.flags & UInt32(GUD_BASIS_FITTED) == 0
            ? try PluginBasis(object, table, context.shape, info)
            : try FittedPluginBasis(object, table, context.shape, info)
    }

    /// Writes the coefficients of each sample; see ``Basis/forward(_:into:)``.
    final func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        let failure = unsafe samples.withUnsafeBufferPointer { source in
            unsafe coefficients.withUnsafeMutableBufferPointer { destination in
                object.call { table.forward($0, batch, source.baseAddress, destination.baseAddress, $1) }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }

    /// Writes the sample of each row of coefficients; see ``Basis/inverse(_:into:)``.
    final func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        let failure = unsafe coefficients.withUnsafeBufferPointer { source in
            unsafe samples.withUnsafeMutableBufferPointer { destination in
                object.call { table.inverse($0, batch, source.baseAddress, destination.baseAddress, $1) }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }

    final func labels(_ order: NaturalOrder) -> [Double]? { naturalLabels[order] }

}

/// A plugin's basis that was fitted to data.
private final class FittedPluginBasis: PluginBasis, FittedBasis, @unchecked Sendable {
    let state: StateArrays
    /// A plugin says what it found in the log.
    let fitReport: [String] = []

    override init(
        _ object: PluginObject, _ table: gud_basis_table, _ shape: SampleShape, _ info: gud_basis_info
    ) throws(PluginError) {
        state = try object.state(table.state)
        try super.init(object, table, shape, info)
    }
}

/// Lends the scalars of an array, or no pointer where there is none.
func withOptionalPointer<Scalar, Result>(
    _ values: [Scalar]?, _ body: (UnsafePointer<Scalar>?, Int) -> Result
) -> Result {
    guard let values else { return body(nil, 0) }
    return values.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}
