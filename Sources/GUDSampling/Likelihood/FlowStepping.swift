/// How the flow is integrated.
public enum FlowStepping: Sendable, Equatable {
    /// Dormand and Prince's method of order 5(4), with steps chosen so that the error of each stays within
    /// `atol + rtol |z|` in the root mean square over components, for every sample of a batch.
    case adaptive(rtol: Double, atol: Double)
    /// The classical Runge–Kutta method of order 4, with this many steps from data to noise; at least one between two kinks.
    case fixed(steps: Int)

    /// The stepping in words, for a recipe.
    var text: String {
        switch self {
        case .adaptive(let rtol, let atol): "Dormand–Prince 5(4), rtol \(rtol), atol \(atol)"
        case .fixed(let steps): "Runge–Kutta 4, \(steps) steps"
        }
    }
}
