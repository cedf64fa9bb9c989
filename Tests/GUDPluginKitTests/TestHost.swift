import CGUDPlugin
import GUDCore
import GUDPluginABI
import Synchronization
import Testing

@testable import GUDPluginKit

/// What stands in for a host: a table of functions, and parameters that tests write down.
final class TestHost: Sendable {
    /// Where lines of the log go.
    let lines = Mutex<[String]>([])
    /// The table that is handed to a plugin; it lives as long as the process.
    nonisolated(unsafe) let table: UnsafeMutablePointer<gud_host>

    init(major: UInt16 = UInt16(GUD_ABI_MAJOR)) {
        table = .allocate(capacity: 1)
        var functions = gud_host()
        functions.struct_size = Versioned.size(of: gud_host.self)
        functions.abi_major = major
        functions.abi_minor = 7
        functions.log = { context, level, plugin, text in
            guard let context, let plugin, let text else { return }
            Unmanaged<TestHost>.fromOpaque(context).takeUnretainedValue().lines.withLock {
                $0.append("\(level) \(String(cString: plugin)): \(String(cString: text))")
            }
        }
        functions.is_cancelled = { _ in 1 }
        functions.parameter_boolean = { TestParameters.read($0, $1, Bool.self, into: $2) { $0 ? 1 : 0 } }
        functions.parameter_integer = { TestParameters.read($0, $1, Int.self, into: $2) { Int64($0) } }
        functions.parameter_number = { TestParameters.read($0, $1, Double.self, into: $2) { $0 } }
        functions.parameter_text = { handle, name, start, length in
            TestParameters.lend(handle, name, \.texts, start, length)
        }
        functions.parameter_numbers = { handle, name, start, count in
            TestParameters.lend(handle, name, \.lists, start, count)
        }
        table.initialize(to: functions)
        table.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    }

    /// The tables of a plugin.
    func export(_ components: PluginComponent..., id: String = "org.example.kit") throws -> ExportedPlugin {
        let plugin = Plugin(id: id, version: "1.2.3", license: "Apache-2.0", components: components)
        var exported: UnsafePointer<gud_plugin>?
        var error = gud_error.empty()
        let status = plugin.export(to: table, &exported, &error)
        try #require(status == GUD_OK, "\(error.text)")
        return ExportedPlugin(host: self, plugin: try #require(exported))
    }
}

/// Parameters of one object, kept for as long as the test uses them.
final class TestParameters {
    let values: [String: ParameterValue]
    let texts: [String: UnsafeMutableBufferPointer<CChar>]
    let lists: [String: UnsafeMutableBufferPointer<Double>]

    init(_ values: [String: ParameterValue]) {
        self.values = values
        texts = values.compactMapValues(String.init).mapValues { text in
            let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
            _ = memory.initialize(from: text.utf8.map { CChar(bitPattern: $0) } + [0])
            // The length that is passed on leaves out the zero at the end.
            return UnsafeMutableBufferPointer(rebasing: memory.dropLast())
        }
        lists = values.compactMapValues([Double].init).mapValues { list in
            let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(list.count, 1))
            _ = memory.initialize(from: list)
            return UnsafeMutableBufferPointer(rebasing: memory.prefix(list.count))
        }
    }

    var handle: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    private static func of(_ handle: OpaquePointer?) -> TestParameters? {
        handle.map { Unmanaged<TestParameters>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    static func read<Value: ParameterRepresentable, Result>(
        _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ type: Value.Type,
        into result: UnsafeMutablePointer<Result>?, _ convert: (Value) -> Result
    ) -> Int32 {
        guard let name, let value = of(handle)?.values[String(cString: name)], value != .null else { return 0 }
        guard let typed = Value(value) else { return -1 }
        result?.pointee = convert(typed)
        return 1
    }

    static func lend<Element>(
        _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?,
        _ key: KeyPath<TestParameters, [String: UnsafeMutableBufferPointer<Element>]>,
        _ start: UnsafeMutablePointer<UnsafePointer<Element>?>?, _ count: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        guard let name, let parameters = of(handle) else { return 0 }
        let place = String(cString: name)
        guard let value = parameters.values[place], value != .null else { return 0 }
        guard let memory = parameters[keyPath: key][place] else { return -1 }
        start?.pointee = UnsafePointer(memory.baseAddress)
        count?.pointee = memory.count
        return 1
    }
}

/// A plugin's tables, as a host would find them.
struct ExportedPlugin {
    let host: TestHost
    let plugin: UnsafePointer<gud_plugin>

    /// One component's table.
    func component(_ index: Int = 0) throws -> gud_component {
        try #require(index < Int(plugin.pointee.component_count))
        return try #require(plugin.pointee.components[index]).pointee
    }

    /// One component's functions, of the type that its kind has.
    func functions<Table>(_ type: Table.Type, of index: Int = 0) throws -> Table {
        try #require(try component(index).table).loadUnaligned(as: Table.self)
    }
}

/// A call into a plugin: its status, and what it said.
struct Answer: Equatable, CustomStringConvertible {
    var status: gud_status = GUD_OK
    var text = ""
    static let ok = Answer()
    var description: String { "\(status) '\(text)'" }

    init(status: gud_status = GUD_OK, text: String = "") {
        self.status = status
        self.text = text
    }

    init(_ body: (UnsafeMutablePointer<gud_error>) -> gud_status) {
        var error = gud_error.empty()
        status = body(&error)
        text = error.text
    }
}
