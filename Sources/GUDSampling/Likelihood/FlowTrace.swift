import GUDCore

/// How the divergence of the flow's velocity is found.
public enum FlowTrace: Sendable, Equatable {
    /// Exactly: one vector–Jacobian product per component that moves. For few components.
    case exact
    /// As the mean of `wᵀ J w` over random signs w, the same all along a sample's path: unbiased, at the cost of one product a probe.
    ///
    /// Source: Hutchinson, Communications in Statistics 19 (1990) 433; Grathwohl et al., arXiv:1810.01367, section 3.1.
    case hutchinson(probes: Int)

    /// The trace in words, for a recipe.
    var text: String {
        switch self {
        case .exact: "exact"
        case .hutchinson(let probes): "\(probes) Rademacher probe\(probes == 1 ? "" : "s"), the same along a path"
        }
    }

    /// The exact trace up to this many components; above, four probes.
    public static func automatic(componentCount: Int) -> FlowTrace {
        componentCount <= 64 ? .exact : .hutchinson(probes: 4)
    }
}
