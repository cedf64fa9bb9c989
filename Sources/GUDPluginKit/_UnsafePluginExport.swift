import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A factory behind the interface, with what it needs to read parameters.
final class FactoryBox<Factory: ComponentFactory> {
    let factory: Factory
    let host: Host

    init(_ factory: Factory, host: Host) {
        self.factory = factory
        self.host = host
    }

    func parameters(_ handle: OpaquePointer?) throws -> Parameters {
        try host.parameters(handle, schema: factory.descriptor.schema, path: factory.descriptor.name)
    }

    /// The factory that `create` was handed.
    static func of(_ pointer: UnsafeMutableRawPointer?) throws -> FactoryBox {
        guard let pointer else { throw BrokenCall(description: "create was called without a factory") }
        return Unmanaged<FactoryBox>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension Plugin {
    /// Makes the tables of the plugin and points the host to them; the body of `gud_plugin_entry`.
    ///
    /// Invariant: a library is never unloaded, so that tables, texts and factories are made once and live as long as
    /// the process.
    ///
    /// - Returns: What `gud_plugin_entry` is to return.
    public func export(
        to host: UnsafePointer<gud_host>?, _ plugin: UnsafeMutablePointer<UnsafePointer<gud_plugin>?>?,
        _ error: UnsafeMutablePointer<gud_error>?
    ) -> gud_status {
        guard let host, let plugin else {
            return gud_error.report("gud_plugin_entry was called without a host", code: GUD_ERROR_ARGUMENT, to: error)
        }
        guard host.pointee.abi_major == UInt16(GUD_ABI_MAJOR) else {
            return gud_error.report(
                "plugin '\(id)' speaks version \(GUD_ABI_MAJOR).\(GUD_ABI_MINOR) of the plugin interface, the host "
                    + "\(host.pointee.abi_major).\(host.pointee.abi_minor); build the plugin for this host",
                code: GUD_ERROR_ABI, to: error)
        }
        return reporting(to: error) {
            let services = Host(host, plugin: id)
            Host.remember(services)
            let tables = try components.map { try Self.table($0, services) }
            let pointers = UnsafeMutablePointer<UnsafePointer<gud_component>?>.allocate(capacity: max(tables.count, 1))
            pointers.initialize(from: tables, count: tables.count)
            var table = gud_plugin()
            table.struct_size = Versioned.size(of: gud_plugin.self)
            table.abi_major = UInt16(GUD_ABI_MAJOR)
            table.abi_minor = UInt16(GUD_ABI_MINOR)
            table.id = Self.text(id)
            table.version = Self.text(version)
            table.license = license.map(Self.text)
            table.toolkit = Self.text("GUDPluginKit \(GUDVersion.current)")
            table.components = UnsafePointer(pointers)
            table.component_count = UInt32(tables.count)
            plugin.pointee = Self.permanent(table)
        }
    }

    private static func table(_ component: PluginComponent, _ host: Host) throws -> UnsafePointer<gud_component>? {
        let descriptor = component.descriptor
        var table = gud_component()
        table.struct_size = Versioned.size(of: gud_component.self)
        table.threads = component.threads.rawValue
        table.name = text(descriptor.name)
        table.summary = text(descriptor.summary)
        var schema = descriptor.schema
        switch component.factory {
        case .basis(let factory):
            // The host adds what every basis takes by itself.
            schema = ParameterSchema(
                schema.specifications.filter {
                    ![Whitening.parameter.name, Whitening.varianceFloor.name].contains($0.name)
                })
            table.kind = UInt32(GUD_KIND_BASIS)
            table.factory = retained(FactoryBox(factory, host: host))
            table.table = UnsafeRawPointer(permanent(gud_basis_table.swift))
        case .schedule(let factory):
            table.kind = UInt32(GUD_KIND_SCHEDULE)
            table.factory = retained(FactoryBox(factory, host: host))
            table.table = UnsafeRawPointer(permanent(gud_schedule_table.swift))
        case .denoiser(let factory):
            table.kind = UInt32(GUD_KIND_DENOISER)
            table.factory = retained(FactoryBox(factory, host: host))
            table.table = UnsafeRawPointer(permanent(gud_denoiser_table.swift))
        case .conditioner(let factory):
            table.kind = UInt32(GUD_KIND_CONDITIONER)
            table.factory = retained(FactoryBox(factory, host: host))
            table.table = UnsafeRawPointer(permanent(gud_conditioner_table.swift))
        }
        table.parameters = text(try schema.json())
        return permanent(table)
    }

    private static func retained(_ object: AnyObject) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(object).toOpaque()
    }

    private static func permanent<Table>(_ table: Table) -> UnsafePointer<Table> {
        let memory = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        memory.initialize(to: table)
        return UnsafePointer(memory)
    }

    private static func text(_ text: String) -> UnsafePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        memory.initialize(from: bytes, count: bytes.count)
        return UnsafePointer(memory)
    }
}
