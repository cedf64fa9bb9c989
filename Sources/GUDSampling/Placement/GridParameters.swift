import GUDCore

/// The parameters by which a configuration chooses the times of a sampler of fixed steps.
enum GridParameters {
    static let placement = Parameter(
        "placement", default: StepPlacement.time,
        "Where the steps are taken: at equal distances of time, of log-SNR, or where they err least on pilot samples.")
    static let times = Parameter<NumberList?>(
        "times", default: nil,
        "The times themselves, falling from 1 (noise) to 0 (data); they replace steps and placement.")

    /// The number of steps.
    ///
    /// Each costs one evaluation of the denoiser (two where guidance acts; twice that for `heun`), and the final denoising one more.
    static func steps(default count: Int) -> Parameter<Int> {
        Parameter("steps", default: count, range: 1...100_000, "Number of steps from noise to data.")
    }

    /// The times that a configuration gives; `nil` where it leaves them to a placement.
    static func grid(_ parameters: Parameters) throws -> TimeGrid? {
        guard let times = try parameters[times]?.values() else { return nil }
        guard let grid = TimeGrid(times: times) else {
            throw ParameterError.rule(
                "\(parameters.path).times", .list(times.map(ParameterValue.number)),
                "does not fall strictly from exactly 1 to exactly 0, as in [1, 0.6, 0.3, 0]")
        }
        return grid
    }
}

extension SamplerFactory {
    /// Makes samplers of fixed steps.
    ///
    /// - Parameters:
    ///   - steps: The default number of steps.
    ///   - parameters: What the solver takes besides steps, placement and times.
    ///   - make: Makes the solver on a grid, which a placement may replace.
    static func onGrid<Solver: GridSampler>(
        summary: String, steps: Int, parameters others: [ParameterSpecification] = [],
        make: @escaping @Sendable (TimeGrid, Parameters) -> Solver
    ) -> SamplerFactory {
        let steps = GridParameters.steps(default: steps)
        let schema = ParameterSchema(
            [steps.specification] + others + [
                GridParameters.placement.specification, GridParameters.times.specification,
            ])
        return SamplerFactory(Descriptor(name: Solver.name, summary: summary, schema: schema)) { parameters in
            if let grid = try GridParameters.grid(parameters) { return make(grid, parameters) }
            let solver = make(.uniform(steps: parameters[steps]), parameters)
            let placement = parameters[GridParameters.placement]
            return placement == .time ? solver : PlacedSampler(solver, placement: placement)
        }
    }
}
