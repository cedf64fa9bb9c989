import GUDCore

/// The data sets that come with GUD.
public enum BuiltInDatasets {
    /// Registers all of them.
    ///
    /// - Throws: ``RegistryError/nameTaken(kind:name:by:newcomer:)`` where a name is taken.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        for factory in [
            Digits.factory, IDX.factory, CIFAR10.factory, ImageFolder.factory, NumpyDataset.factory,
            Checkerboard.factory, EightGaussians.factory, Moons.factory,
        ] {
            try registry.register(factory, as: .dataset)
        }
    }
}
