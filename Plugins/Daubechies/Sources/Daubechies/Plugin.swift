import GUDPluginKit

/// The one function that GUD looks for: tells it what the plugin brings.
@c @implementation
public func gud_plugin_entry(
    _ host: UnsafePointer<gud_host>!, _ plugin: UnsafeMutablePointer<UnsafePointer<gud_plugin>?>!,
    _ error: UnsafeMutablePointer<gud_error>!
) -> gud_status {
    Plugin(
        id: "org.gud.examples.daubechies", version: "1.0.0", license: "Apache-2.0",
        components: [.basis(Daubechies4Basis.factory)]
    )
    .export(to: host, plugin, error)
}
