import CGUDPlugin
import GUDCore

/// A plugin in Swift: ordinary types that conform to the protocols of the core, behind the C interface.
///
/// The library exports one function, which the compiler checks against the header:
///
///     import GUDPluginKit
///
///     @c @implementation
///     public func gud_plugin_entry(
///         _ host: UnsafePointer<gud_host>!, _ plugin: UnsafeMutablePointer<UnsafePointer<gud_plugin>?>!,
///         _ error: UnsafeMutablePointer<gud_error>!
///     ) -> gud_status {
///         Plugin(id: "org.example.rotation", version: "1.0.0", components: [.basis(RotationBasis.factory)])
///             .export(to: host, plugin, error)
///     }
///
/// Never conform a type of another module to a protocol of another module in a plugin, and never look types up by name:
/// the runtime does both across all libraries of the process.
public struct Plugin: Sendable {
    /// A unique name, by convention a reversed domain: `org.example.rotation`.
    public let id: String
    /// Its version.
    public let version: String
    /// An SPDX expression.
    public let license: String?
    /// What it brings.
    public let components: [PluginComponent]

    /// Describes a plugin.
    public init(id: String, version: String, license: String? = nil, components: [PluginComponent]) {
        self.id = id
        self.version = version
        self.license = license
        self.components = components
    }
}

/// One component of a plugin: the factory that a built-in would have, and how many calls it takes at once.
public struct PluginComponent: Sendable {
    /// How many calls the host may make at the same time.
    public enum Threads: UInt32, Sendable {
        /// Any number, on one object as well. Conforming types are `Sendable`, so that this holds unless they wrap
        /// something.
        case concurrent = 0
        /// One at a time on each object.
        case object = 1
        /// One at a time in the whole plugin.
        case plugin = 2
    }

    enum Factory: Sendable {
        case basis(BasisFactory)
        case schedule(ScheduleFactory)
        case denoiser(DenoiserFactory)
        case conditioner(ConditionerFactory)
    }

    let factory: Factory
    let threads: Threads

    /// A basis.
    public static func basis(_ factory: BasisFactory, threads: Threads = .concurrent) -> PluginComponent {
        PluginComponent(factory: .basis(factory), threads: threads)
    }

    /// A noise schedule.
    public static func schedule(_ factory: ScheduleFactory, threads: Threads = .concurrent) -> PluginComponent {
        PluginComponent(factory: .schedule(factory), threads: threads)
    }

    /// A denoiser.
    public static func denoiser(_ factory: DenoiserFactory, threads: Threads = .concurrent) -> PluginComponent {
        PluginComponent(factory: .denoiser(factory), threads: threads)
    }

    /// A conditioner.
    public static func conditioner(_ factory: ConditionerFactory, threads: Threads = .concurrent) -> PluginComponent {
        PluginComponent(factory: .conditioner(factory), threads: threads)
    }

    var descriptor: Descriptor {
        switch factory {
        case .basis(let factory): factory.descriptor
        case .schedule(let factory): factory.descriptor
        case .denoiser(let factory): factory.descriptor
        case .conditioner(let factory): factory.descriptor
        }
    }
}
