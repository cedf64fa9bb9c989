import GUDCore

/// How a network learns about the noising state.
public enum NoiseConditioning: String, ParameterChoice {
    /// By the time alone: enough for one fixed schedule.
    case time
    /// By γ of every component, laid out like the samples, and its mean: for components with a place in the image, given
    /// components, and families of schedules.
    case map
    /// By γ of groups of components, which the network attends to, and the mean of all: for any basis.
    case tokens

    /// Whether components may be noised apart from the schedule's own course, and the network is told.
    var knowsEveryGamma: Bool { self != .time }
}

/// Noising states as numbers for a network.
struct NoiseEncoding: Sendable {
    /// How the network learns about the noising state.
    let conditioning: NoiseConditioning
    /// The groups, for ``NoiseConditioning/tokens``.
    let groups: ComponentGroups?

    /// The most groups where nobody says how many.
    static let groupLimit = 32

    /// An encoding for a space, with at most `tokens` groups.
    init(_ conditioning: NoiseConditioning, tokens: Int?, space: ComponentSpace) throws(DenoiserError) {
        self.conditioning = conditioning
        groups = conditioning == .tokens ? ComponentGroups(space, count: tokens ?? Self.groupLimit) : nil
        if conditioning == .map, space.componentCount != space.dimension {
            throw .configuration(
                "denoiser.conditioning: 'map' lays γ out like the samples, but the basis keeps \(space.componentCount) of "
                    + "\(space.dimension) components; use 'tokens', 'time', or a complete basis")
        }
    }

    /// The numbers of a batch, row by row.
    struct Rows {
        /// What the time embedding takes, one per sample.
        var levels: [Float]
        /// γ of every component, scaled to about ±1.
        var map: [Float]?
        /// Three numbers per group: the mean of γ as the time embedding takes it, and mean and deviation scaled to about ±1.
        var groups: [Float]?
    }

    /// The numbers of `count` samples.
    func rows(_ states: NoisingStates, count: Int) -> Rows {
        let perSample: [NoisingState] =
            switch states {
            case .shared(let state): [state]
            case .perSample(let states): states
            }
        func spread<Value>(_ values: [Value]) -> [Value] {
            perSample.count == count ? values : (0..<count).flatMap { _ in values }
        }
        func mean(_ state: NoisingState) -> Double {
            state.gamma.reduce(0) { $0 + Self.limited($1) } / Double(state.componentCount)
        }
        switch conditioning {
        case .time:
            return Rows(levels: spread(perSample.map { Float(1000 * $0.time) }))
        case .map:
            return Rows(
                levels: spread(perSample.map { Float(Self.level(mean($0))) }),
                map: spread(perSample.flatMap { $0.gamma.map { Float(Self.limited($0) / 10) } }))
        case .tokens:
            return Rows(
                levels: spread(perSample.map { Float(Self.level(mean($0))) }),
                groups: spread(perSample.flatMap(groupNumbers)))
        }
    }

    private func groupNumbers(_ state: NoisingState) -> [Float] {
        guard let groups else { return [] }
        var numbers: [Float] = []
        for (mean, deviation) in groups.moments(state.gamma.map(Self.limited)) {
            numbers += [Float(Self.level(mean)), Float(mean / 10), Float(deviation / 10)]
        }
        return numbers
    }

    /// Off by more than 20 in γ a component is as good as clean or as good as noise: there is nothing more to tell.
    private static func limited(_ gamma: Double) -> Double { min(max(gamma, -20), 20) }

    /// γ in the unit of the time embedding: 0 to 1000.
    private static func level(_ gamma: Double) -> Double { 25 * (20 + gamma) }
}
