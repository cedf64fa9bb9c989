import GUDCore

/// The bases that come with GUD.
public enum BuiltInBases {
    /// Registers all of them.
    ///
    /// - Throws: ``RegistryError/nameTaken(kind:name:by:newcomer:)`` where a name is taken.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        for factory in [
            PixelBasis.factory, DCTBasis.factory, FourierBasis.factory, HaarBasis.factory, ColorBasis.factory,
            PCABasis.factory, ComposedBasis.factory,
        ] {
            try registry.register(factory, as: .basis)
        }
    }
}
