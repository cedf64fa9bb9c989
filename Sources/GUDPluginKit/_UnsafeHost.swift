import CGUDPlugin
import GUDCore
import GUDPluginABI

/// What the program that loaded the plugin offers.
///
/// Invariant: the table lives as long as the process, and all of its functions may be called from any thread.
public struct Host: @unchecked Sendable {
    /// How grave a line of the log is.
    public enum Level: Int32, Sendable {
        case debug, info, warning, error
    }

    private let table: gud_host
    private let plugin: String

    init(_ table: UnsafePointer<gud_host>, plugin: String) {
        self.table = Versioned.copy(table, over: gud_host())
        self.plugin = plugin
    }

    /// The host's version of the interface.
    public var version: (major: Int, minor: Int) { (Int(table.abi_major), Int(table.abi_minor)) }

    /// Shows a line to the user.
    public func log(_ text: String, level: Level = .info) { table.log?(table.context, level.rawValue, plugin, text) }

    /// Whether the user asked to stop.
    public var isCancelled: Bool { (table.is_cancelled?(table.context) ?? 0) != 0 }

    /// The values of the parameters that a schema declares.
    func parameters(
        _ handle: OpaquePointer?, schema: ParameterSchema, path: String
    ) throws(ParameterError) -> Parameters {
        var given: [String: ParameterValue] = [:]
        for specification in schema.specifications {
            given[specification.name] = value(handle, specification.name, specification.form)
        }
        return try schema.resolve(given, at: path)
    }

    private func value(_ handle: OpaquePointer?, _ name: String, _ form: ParameterForm) -> ParameterValue? {
        switch form {
        case .boolean:
            var value: Int32 = 0
            return table.parameter_boolean?(handle, name, &value) == 1 ? .bool(value != 0) : nil
        case .integer:
            var value: Int64 = 0
            return table.parameter_integer?(handle, name, &value) == 1 ? .integer(Int(value)) : nil
        case .number:
            var value = 0.0
            return table.parameter_number?(handle, name, &value) == 1 ? .number(value) : nil
        case .text, .choice:
            var text: UnsafePointer<CChar>?
            var length = 0
            guard table.parameter_text?(handle, name, &text, &length) == 1, let text else { return nil }
            // A text may hold zeros; its length does not count the one that ends it.
            let bytes = UnsafeRawBufferPointer(start: text, count: length)
            return .string(String(decoding: bytes, as: UTF8.self))
        case .numbers:
            var values: UnsafePointer<Double>?
            var count = 0
            guard table.parameter_numbers?(handle, name, &values, &count) == 1 else { return nil }
            return [Double](UnsafeBufferPointer(start: values, count: count)).parameterValue
        case .optional(let wrapped): return value(handle, name, wrapped) ?? .null
        case .value: return nil
        }
    }
}
