/// How strongly samples follow their condition: by how much, when, and in which components.
///
/// Classifier-free guidance compares the denoiser with and without its condition, `ε̂_c` and `ε̂_∅`, component by component:
///
///     ε̂_i = ε̂_∅,i + g_i (ε̂_c,i − ε̂_∅,i),    g_i = 1 + w_i (g − 1)
///
/// with g the ``scale`` and w_i the ``weights``: w = 1 guides a component with g, w = 0 leaves it to the plain conditional model (g = 1), and
/// what lies between is in proportion. Outside the ``interval`` every g_i is 1. A bare number is that scale, everywhere and always:
///
///     let strong: Guidance = 3
///     let early = try Guidance(scale: 3, interval: GuidanceInterval(from: 0.3, to: 0.9))
///
/// An evaluation is made once where every g_i is 1, or every one is 0 (the unconditional model), and twice anywhere else.
///
/// Sources: Ho & Salimans, "Classifier-free diffusion guidance", arXiv:2207.12598, equation 6 with w = g − 1; the interval of Kynkäänniemi et al.,
/// "Applying guidance in a limited interval improves sample and distribution quality in diffusion models", arXiv:2404.07724.
public struct Guidance: Sendable, Equatable {
    /// g: 0 ignores the condition, 1 is the plain conditional model, larger exaggerates it.
    public let scale: Double
    /// The stretch of the process in which guidance acts.
    public let interval: GuidanceInterval
    /// w_i, one per component; all 1 where it is `nil`.
    public let weights: [Double]?

    /// Guidance; by default in all components throughout the process.
    ///
    /// - Throws: ``GuidanceError/notFinite(_:component:)``.
    public init(
        scale: Double, interval: GuidanceInterval = .whole, weights: [Double]? = nil
    ) throws(GuidanceError) {
        guard scale.isFinite else { throw .notFinite(scale, component: nil) }
        for (component, weight) in (weights ?? []).enumerated() where !weight.isFinite {
            throw .notFinite(weight, component: component)
        }
        self.init(checked: scale, interval, weights)
    }

    private init(checked scale: Double, _ interval: GuidanceInterval, _ weights: [Double]?) {
        self.scale = scale
        self.interval = interval
        self.weights = weights
    }

    /// The plain conditional model, g = 1.
    public static let plain = Guidance(checked: 1, .whole, nil)

    /// The same interval and weights with another scale.
    ///
    /// - Throws: ``GuidanceError/notFinite(_:component:)``.
    public func scaled(to scale: Double) throws(GuidanceError) -> Guidance {
        try Guidance(scale: scale, interval: interval, weights: weights)
    }

    /// g_i inside the interval, one per component; of `count` components where there are no weights.
    public func strengths(componentCount count: Int) -> [Double] {
        (weights ?? [Double](repeating: 1, count: count)).map { 1 + $0 * (scale - 1) }
    }

    /// Whether it is the plain conditional model in every component at any time.
    public var isPlain: Bool { scale == 1 || weights?.allSatisfy { $0 == 0 } ?? false }
}

extension Guidance: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// A scale, in all components throughout the process.
    public init(floatLiteral scale: Double) { self.init(checked: scale, .whole, nil) }
    /// A scale, in all components throughout the process.
    public init(integerLiteral scale: Int) { self.init(checked: Double(scale), .whole, nil) }
}

/// A stretch of the process in which guidance acts, in the time t ∈ [0, 1] of the schedule: `low < t ≤ high`.
///
/// Sampling runs from t = 1 (noise) to t = 0 (data), so that the step that begins at `high` is guided, and the one that begins at `low` no
/// longer. An interval from 0 includes t = 0, the final denoising. Time rather than a log-SNR, because with component-wise schedules the
/// components of one state have many, and t orders them all; `gud schedule table` tells the γ of each at a time. For one γ for all,
/// linear in t, the noise level σ/α of the source is `e^(γ/2)`.
public struct GuidanceInterval: Sendable, Equatable {
    /// The time below which, towards data, guidance has ceased.
    public let low: Double
    /// The time above which, towards noise, it has not begun.
    public let high: Double

    /// The whole process.
    public static let whole = GuidanceInterval(checked: 0, 1)

    /// A stretch of [0, 1].
    ///
    /// - Throws: ``GuidanceError/interval(_:_:)`` unless 0 ≤ low < high ≤ 1.
    public init(from low: Double, to high: Double) throws(GuidanceError) {
        guard low >= 0, high <= 1, low < high else { throw .interval(low, high) }
        self.init(checked: low, high)
    }

    private init(checked low: Double, _ high: Double) { (self.low, self.high) = (low, high) }

    /// Whether guidance acts at a time.
    public func contains(_ time: Double) -> Bool { time <= high && (time > low || low == 0) }
}

/// What can be wrong with guidance.
public enum GuidanceError: GUDError, Equatable {
    /// A scale, or the weight of a component, is NaN or infinite.
    case notFinite(Double, component: Int?)
    /// The interval is empty, or reaches out of the process.
    case interval(Double, Double)
    /// There are not as many weights as components.
    case weightCount(Int, expected: Int)
    /// There is no condition for guidance to follow.
    case nothingToFollow(scale: Double)

    /// The text of the message.
    public var description: String {
        switch self {
        case .notFinite(let value, let component):
            (component.map { "the guidance weight of component \($0)" } ?? "the guidance scale")
                + " is \(value); give a finite number"
        case .interval(let low, let high):
            "the guidance interval from \(low) to \(high) is \(low < high ? "not within" : "empty, or not within") the process; "
                + "give times 0 ≤ LOW < HIGH ≤ 1, where 1 is noise and 0 is data"
        case .weightCount(let count, let expected):
            "there are \(count) guidance weights where the space has \(expected) components"
        case .nothingToFollow(let scale):
            "guidance \(scale) was asked for, but there is no condition to follow; name a class (--class), of a model that "
                + "is trained with 'conditioner: class'"
        }
    }

    /// All are mistakes of the request.
    public var blame: Blame { .request }
}
