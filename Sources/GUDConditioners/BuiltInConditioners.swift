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

/// A conditioner that takes part in training: it says how often a condition is left out.
public protocol TrainingConditioner: Conditioner {
    /// The probability of training a sample without its condition, so that the model also learns to do without.
    var dropProbability: Double { get }
}
