import GUDCore

/// The exact denoisers that come with GUD; the networks register themselves from their own module.
public enum BuiltInDenoisers {
    /// Registers `gaussian` and `mixture`.
    ///
    /// - Throws: ``RegistryError/nameTaken(kind:name:by:newcomer:)``.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        try registry.register(GaussianDenoiser.factory, as: .denoiser)
        try registry.register(MixtureDenoiser.factory, as: .denoiser)
    }
}
