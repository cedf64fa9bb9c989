import GUDCore

/// What can go wrong while a likelihood is measured, apart from what the denoiser or the schedule report.
public enum LikelihoodError: GUDError, Equatable {
    /// The denoiser offers no vector–Jacobian product.
    case notDifferentiable
    /// There is nothing to measure.
    case noData
    /// The basis does not keep everything, so that data have no density in it.
    case incompleteBasis(components: Int, dimension: Int)
    /// Two parts of the problem disagree about a size.
    case count(Int, expected: Int, what: String)
    /// An option has a value that makes no sense.
    case option(String)
    /// The basis has no labels of an order.
    case noLabels(NaturalOrder)
    /// A number is NaN or infinite.
    case notFinite(String, sample: Int, component: Int, time: Double?)
    /// The adaptive integrator cannot meet its tolerance.
    case stepTooSmall(time: Double, rtol: Double, atol: Double)
    /// A likelihood given classes needs a class-conditional model, and samples with labels.
    case noClasses(conditional: Bool)
    /// The caller asked to stop.
    case cancelled

    /// The text of the message.
    public var description: String {
        switch self {
        case .notDifferentiable:
            "the denoiser offers no vector–Jacobian product, which the likelihood of the probability flow needs; measure "
                + "the diffusion bound instead, with --method elbo"
        case .noData: "there are no samples to measure; name another --split, or data that have a test part"
        case .incompleteBasis(let components, let dimension):
            "the basis keeps \(components) components of \(dimension) dimensions, so that data have no density in it; use a "
                + "basis that keeps all"
        case .count(let count, let expected, let what): "\(what) has size \(count) where \(expected) is expected"
        case .option(let message): message
        case .noLabels(let order):
            "the basis has no labels by \(order.rawValue); use --by component, or a basis that has them"
        case .notFinite(let what, let sample, let component, let time):
            "\(what) of sample \(sample), component \(component), is not finite"
                + (time.map { " at t = \($0); check the denoiser's output there" } ?? "")
        case .stepTooSmall(let time, let rtol, let atol):
            "the adaptive integrator cannot reach --rtol \(rtol) --atol \(atol) at t = \(time); denoisers answer in single "
                + "precision, so ask for less, or take fixed --steps"
        case .noClasses(let isConditional):
            isConditional
                ? "--classes given and marginal need labelled data, and these have no labels; use --classes none"
                : "--classes given and marginal need a class-conditional model; train one with 'conditioner: class', or use "
                    + "--classes none"
        case .cancelled: "the measurement was cancelled"
        }
    }

    /// Only what shows while measuring is not the request's mistake.
    public var blame: Blame {
        switch self {
        case .notFinite, .stepTooSmall, .cancelled: .execution
        default: .request
        }
    }
}
