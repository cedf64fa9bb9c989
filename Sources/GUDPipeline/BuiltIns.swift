import GUDBases
import GUDConditioners
import GUDCore
import GUDData
import GUDDenoisers
import GUDNeural
import GUDSampling
import GUDSchedules

extension Registry {
    /// A registry with everything that GUD brings.
    public static func builtIn() throws(RegistryError) -> Registry {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        try BuiltInSchedules.register(in: &registry)
        try BuiltInDenoisers.register(in: &registry)
        try BuiltInNetworks.register(in: &registry)
        try BuiltInConditioners.register(in: &registry)
        try BuiltInSamplers.register(in: &registry)
        try BuiltInDatasets.register(in: &registry)
        return registry
    }
}
