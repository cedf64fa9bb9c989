/// How the prior's scale s is chosen: the diffusion lives in `z = c / s`.
///
/// Every basis takes ``parameter`` and ``varianceFloor``, which ``BasisFactory`` adds to its schema, and none acts on them:
/// whitening belongs to the space that is built around the basis.
public enum Whitening: String, ParameterChoice {
    /// `s_i = 1`: the prior is white in data units.
    case none
    /// `s_i² = Σ_ii`: the prior has the data's variance in every component.
    case data

    /// The key that every basis takes.
    public static let parameter = Parameter<Whitening>(
        "whiten", default: .none,
        "Prior scale of the components: none keeps data units, data divides by each component's standard deviation.")

    /// The smallest variance that is divided by, relative to the largest.
    ///
    /// Without a floor a direction that the data hardly visit would have its rounding noise blown up to variance 1.
    public static let varianceFloor = Parameter<Double>(
        "varianceFloor", default: 1e-6, range: 0...1,
        "With whiten: data, the smallest variance that is divided by, as a fraction of the largest.")

    /// The parameters that every basis takes.
    static let specifications = [parameter.specification, varianceFloor.specification]
}
