/// What is known of samples before they are drawn: linear observations `b = A x + τ ξ`, in data units.
///
///     Observation(image, mask: mask)                        // pixels under a mask
///     Observation(coarse, weights: averages, deviation: 0.1)   // averages over blocks, with noise
///
/// There may be one row of *b* for all samples, or several, which samples take in turn: the sample of index *i* has row *i* mod rows.
public struct Observation: Sendable {
    /// What was observed: the matrix *A*.
    public enum Sensor: Sendable {
        /// The scalars of a sample at which the flag is set; *D* flags.
        case scalars([Bool])
        /// Weighted sums of the scalars: row-major `[M, D]`.
        case weights([Float])
    }

    /// What was observed.
    public let sensor: Sensor
    /// What came out, in rows: for scalars *D* numbers, read only where the flag is set; for weights *M*.
    public let values: [Float]
    /// The standard deviation τ ≥ 0 of independent noise on every number of *b*.
    public let deviation: Double

    /// Scalars under a mask.
    ///
    /// - Parameters:
    ///   - values: Whole samples, row-major `[rows, D]`; what the mask leaves out may hold anything.
    ///   - mask: One flag per scalar of a sample.
    ///   - deviation: τ.
    public init(_ values: [Float], mask: [Bool], deviation: Double = 0) {
        sensor = .scalars(mask)
        self.values = values
        self.deviation = deviation
    }

    /// Weighted sums.
    ///
    /// - Parameters:
    ///   - values: Row-major `[rows, M]`.
    ///   - weights: Row-major `[M, D]`.
    ///   - deviation: τ.
    public init(_ values: [Float], weights: [Float], deviation: Double = 0) {
        sensor = .weights(weights)
        self.values = values
        self.deviation = deviation
    }

    /// The mask and the values, where the observation is of scalars, without noise, and the same for all samples.
    ///
    /// This is what conditioners of plugins are told.
    public var plain: (values: [Float], mask: [Bool])? {
        guard case .scalars(let mask) = sensor, deviation == 0 else { return nil }
        let isOneRow = values.count <= mask.count || !values.count.isMultiple(of: mask.count)
        return isOneRow ? (values, mask) : nil
    }
}

extension ConditionRequest {
    /// The observation as conditioners of plugins take it.
    ///
    /// - Throws: ``ConditionerError/unsupported(_:)`` for weighted sums, noise, or values that differ from sample to sample.
    public var plainObservation: (values: [Float], mask: [Bool])? {
        get throws(ConditionerError) {
            guard let observed else { return nil }
            guard let plain = observed.plain else {
                throw .unsupported(
                    "this conditioner takes scalars that are the same for all samples, without noise; for other "
                        + "observations use the conditioner 'given'")
            }
            return plain
        }
    }
}

/// What an observation says of whitened components: `H z = y + noise`, with orthonormal rows of *H*.
public struct ObservedComponents: Sendable {
    /// The number of components, *K*.
    public let componentCount: Int
    /// *H*, row-major `[M, K]`: orthonormal rows.
    public let weights: [Double]
    /// *y*, row-major `[rows, M]`; samples take rows in turn by their index.
    public let values: [Double]
    /// The standard deviation of the noise on each of the *M* numbers of *y*.
    public let deviations: [Double]

    /// Pairs orthonormal rows with what was observed along them; counts must match.
    public init(componentCount: Int, weights: [Double], values: [Double], deviations: [Double]) {
        precondition(weights.count == deviations.count * componentCount, "one row of weights per observed number")
        precondition(values.count.isMultiple(of: max(1, deviations.count)), "whole rows of values")
        self.componentCount = componentCount
        self.weights = weights
        self.values = values
        self.deviations = deviations
    }

    /// How many numbers are observed, *M*.
    public var count: Int { deviations.count }
    /// How many rows of values there are.
    public var rowCount: Int { values.count / max(1, count) }
    /// Whether everything is observed without noise.
    public var isExact: Bool { deviations.allSatisfy { $0 == 0 } }

    /// *y* of a sample, by its global index.
    public func values(of sample: Int) -> ArraySlice<Double> {
        let row = sample % max(1, rowCount)
        return values[row * count..<(row + 1) * count]
    }
}

/// How an observation is met.
public enum ConditioningMethod: String, ParameterChoice {
    /// The best that the denoiser offers: held components where they tell everything, else exact, else held with moments or replacement for the rest.
    case auto
    /// The denoiser's own closed form of the conditional distribution; for exact denoisers.
    case exact
    /// Components that the observation determines are held clean: exact where the denoiser knows γ of every component.
    case held
    /// The denoiser's estimate is corrected by the moments of what it does not know; exact for Gaussian data, and without training.
    case moments
    /// What is observed is replaced at every step by its noised value; approximate, and without training.
    case replacement
}

/// An observation in terms of components, and how it is to be met.
public struct ObservedCondition: Sendable {
    /// All of it.
    public let all: ObservedComponents
    /// What the held components do not tell already; `nil` where they tell everything.
    public let remainder: ObservedComponents?
    /// How it is met.
    public var method: ConditioningMethod
    /// How often `replacement` repeats every step.
    public var resamplings: Int

    /// An observation.
    public init(
        all: ObservedComponents, remainder: ObservedComponents?, method: ConditioningMethod, resamplings: Int
    ) {
        self.all = all
        self.remainder = remainder
        self.method = method
        self.resamplings = resamplings
    }
}
