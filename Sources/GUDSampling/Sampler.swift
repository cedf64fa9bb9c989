import GUDCore

/// Turns noise into whitened components by following a denoiser from t = 1 to t = 0.
public protocol Sampler: Sendable {
    /// Draws samples: integrates from the matched prior at t = 1, and ends with a denoising step at t = 0.
    ///
    /// The result is the clean estimate x̂0 at t = 0, not the state, which still carries noise of variance σ²(0). Given
    /// components come back as they were given, and components that the data never visit (v = 0) as 0.
    ///
    /// - Parameters:
    ///   - problem: What to sample from, which samples, and under which condition.
    ///   - observer: Told of every state on the way, on the calling thread.
    /// - Returns: Row-major `[samples, K]`, whitened components.
    /// - Throws: ``SamplingError``, or what the denoiser or the schedule throw.
    func sample(_ problem: SamplingProblem, observer: SamplingObserver?) throws -> [Float]
}

extension Sampler {
    /// Draws samples that nobody watches.
    public func sample(_ problem: SamplingProblem) throws -> [Float] { try sample(problem, observer: nil) }
}

/// Makes samplers of one name.
public struct SamplerFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Makes a sampler from checked parameters.
    public let make: @Sendable (Parameters) throws -> any Sampler

    /// A factory that works through a closure.
    public init(_ descriptor: Descriptor, make: @escaping @Sendable (Parameters) throws -> any Sampler) {
        self.descriptor = descriptor
        self.make = make
    }
}

extension ComponentKind where Factory == SamplerFactory {
    /// Samplers.
    public static var sampler: ComponentKind { ComponentKind("sampler") }
}
