import GUDCore

/// The conditioners that GUD brings: `none`, `class` and `given`.
public enum BuiltInConditioners {
    /// Adds them to a registry.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        try registry.register(NoConditioner.factory, as: .conditioner)
        try registry.register(ClassConditioner.factory, as: .conditioner)
        try registry.register(GivenConditioner.factory, as: .conditioner)
    }
}
