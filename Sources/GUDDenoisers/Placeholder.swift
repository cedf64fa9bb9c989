import GUDCore
public enum BuiltInDenoisers { public static func register(in registry: inout Registry) throws(RegistryError) {} }
