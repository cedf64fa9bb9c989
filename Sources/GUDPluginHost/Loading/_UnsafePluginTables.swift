import CGUDPlugin
import GUDCore
import GUDPluginABI

/// Reads the tables that a plugin's entry points to, and checks everything that can be checked without calling it.
///
/// Invariant: no byte beyond a table's own size is read. Pointers that point nowhere cannot be recognised; that is why
/// a plugin is read in a child process first.
struct PluginTables {
    private let plugin: gud_plugin
    private let path: String

    /// - Throws: ``PluginError/version(path:expected:got:)`` where the plugin was built for another major version.
    init(_ table: UnsafePointer<gud_plugin>, path: String) throws(PluginError) {
        self.path = path
        // The first eight bytes are the size and the version, whatever else changes.
        let (major, minor) = (table.pointee.abi_major, table.pointee.abi_minor)
        guard major == UInt16(GUD_ABI_MAJOR) else {
            throw .version(path: path, expected: "\(GUD_ABI_MAJOR).x", got: "\(major).\(minor)")
        }
        guard table.pointee.struct_size >= 8 else {
            throw .malformed(path: path, reason: "its table says that it is \(table.pointee.struct_size) bytes long")
        }
        plugin = Versioned.copy(table, over: gud_plugin())
    }

    /// The description of the plugin, and its components of known kinds.
    func read() throws(PluginError) -> (PluginDescription, [LoadedPlugin.Component]) {
        let id = try word(plugin.id, "id")
        var components: [LoadedPlugin.Component] = []
        var notes: [String] = []
        guard plugin.component_count <= 4096 else {
            throw broken("it says that it has \(plugin.component_count) components")
        }
        guard plugin.component_count == 0 || plugin.components != nil else {
            throw broken("it has no list of components")
        }
        for index in 0..<Int(plugin.component_count) {
            guard let pointer = plugin.components[index] else { throw broken("component \(index) is missing") }
            let component = Versioned.copy(pointer, over: gud_component())
            guard let kind = PluginDescription.kinds[component.kind] else {
                notes.append(
                    "component \(index) is of kind \(component.kind), which this program does not know: left out")
                continue
            }
            components.append(try read(component, kind: kind))
        }
        let names = components.map { "\($0.description.kind)/\($0.description.name)" }
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw broken("it brings \(twice) twice")
        }
        return (
            PluginDescription(
                id: id, version: try word(plugin.version, "version"),
                license: plugin.license.map { String(cString: $0) },
                toolkit: plugin.toolkit.map { String(cString: $0) },
                interface: "\(plugin.abi_major).\(plugin.abi_minor)", components: components.map(\.description),
                notes: notes), components
        )
    }

    private func read(_ component: gud_component, kind: String) throws(PluginError) -> LoadedPlugin.Component {
        let name = try word(component.name, "name of a \(kind)")
        let place = "\(kind)/\(name)"
        guard let threads = PluginDescription.Threads(component.threads) else {
            throw broken("\(place) declares threads as \(component.threads)")
        }
        let parameters = component.parameters.map { String(cString: $0) } ?? "[]"
        do throws(SchemaError) {
            let own = PluginDescription.ownParameters(of: kind)
            for parameter in try ParameterSchema(json: parameters).specifications {
                if own.contains(parameter.name) {
                    throw .parameter(
                        parameter.name, "has a name of GUD's own (\(own.joined(separator: ", "))); choose another")
                }
                if parameter.documentation.printable != parameter.documentation {
                    throw .parameter(parameter.name, "has control characters in its documentation")
                }
            }
        } catch {
            throw broken("\(place): \(error.description)")
        }
        guard let table = component.table else { throw broken("\(place) has no table of functions") }
        let missing = Self.missingFunctions(kind, table)
        guard missing.isEmpty else { throw broken("\(place) lacks \(missing.joined(separator: ", "))") }
        return LoadedPlugin.Component(
            description: PluginDescription.Component(
                kind: kind, name: name, summary: component.summary.map { String(cString: $0).oneLine } ?? "",
                threads: threads,
                parameters: parameters),
            factory: component.factory, table: table)
    }

    private static func missingFunctions(_ kind: String, _ table: UnsafeRawPointer) -> [String] {
        let functions: [(String, Bool)]
        switch kind {
        case "basis":
            let table = Versioned.copy(table, over: gud_basis_table())
            functions = [
                ("create", table.create == nil), ("destroy", table.destroy == nil), ("info", table.info == nil),
                ("forward", table.forward == nil), ("inverse", table.inverse == nil),
            ]
        case "schedule":
            let table = Versioned.copy(table, over: gud_schedule_table())
            functions = [
                ("create", table.create == nil), ("destroy", table.destroy == nil), ("info", table.info == nil),
                ("gamma", table.gamma == nil),
            ]
        case "denoiser":
            let table = Versioned.copy(table, over: gud_denoiser_table())
            functions = [
                ("create", table.create == nil), ("destroy", table.destroy == nil), ("info", table.info == nil),
                ("predict_noise", table.predict_noise == nil),
            ]
        default:
            let table = Versioned.copy(table, over: gud_conditioner_table())
            functions = [
                ("create", table.create == nil), ("destroy", table.destroy == nil), ("info", table.info == nil),
                ("condition", table.condition == nil),
            ]
        }
        return functions.filter(\.1).map(\.0)
    }

    /// A text of letters, digits and a few marks, as ids, names and versions are.
    private func word(_ text: UnsafePointer<CChar>?, _ what: String) throws(PluginError) -> String {
        guard let text else { throw broken("it has no \(what)") }
        let word = String(cString: text)
        guard !word.isEmpty, word.utf8.count <= 128,
            word.utf8.allSatisfy({
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) || "-_+.".utf8.contains($0)
            })
        else {
            throw broken(
                "its \(what) is '\(word.prefix(64))'; letters, digits, -, _, + and . are allowed, 1 to 128 of them")
        }
        return word
    }

    private func broken(_ reason: String) -> PluginError { .malformed(path: path, reason: reason) }
}
