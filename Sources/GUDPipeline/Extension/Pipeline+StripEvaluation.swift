import GUDCore
import GUDData
import GUDEvaluation
import GUDSampling

extension Pipeline {
    /// A sampler whose steps are placed evenly in log-SNR where they would be placed evenly in time.
    ///
    /// Components that are given do not move, and under a sequential schedule nothing else does while it would be their turn. Steps by
    /// log-SNR leave that time out; without dead time they are nearly the same as steps of time. A placement `optimised` and times that
    /// are stated are left as they are, and so are samplers that place their steps themselves.
    public func skippingDeadTime(_ choice: Configuration.Choice) throws -> Configuration.Choice {
        let parameters = try samplerParameters(choice)
        guard parameters["placement"] == .string(StepPlacement.time.rawValue), (parameters["times"] ?? .null) == .null
        else { return choice }
        var choice = choice
        choice.parameters["placement"] = .string(StepPlacement.snr.rawValue)
        return choice
    }

    /// Measures strips that were extended: their seams, and their drift against windows of the configuration's data.
    ///
    /// The windows of data are those of the test part, or of the training part where there is no test part, at most 2,000 of them. Where the data
    /// cannot be loaded any more, strips are compared with themselves alone, and the recipe says so.
    ///
    /// - Parameters:
    ///   - extended: Two strips or more.
    ///   - plan, seed, method, sampler: How they were drawn, for the record.
    /// - Throws: ``EvaluationError`` where the strips cannot be measured.
    public func evaluate(
        _ extended: ExtendedStrips, plan: ExtensionPlan, seed: UInt64, method: ConditioningMethod,
        sampler: Configuration.Choice
    ) throws -> StripEvaluation {
        let (data, name) = dataWindows(along: plan.axis)
        let window = ImageStrips([], shape: space.shape, along: plan.axis)?.lineCount ?? 0
        return try StripEvaluation(
            of: extended.strips, starts: extended.starts, window: window, data: data,
            recipe: StripEvaluation.Recipe(
                axis: plan.axis.rawValue, window: window, step: plan.step ?? max(1, window / 2),
                lineCount: extended.strips.lineCount, method: method.rawValue, sampler: try samplerLabel(sampler),
                seed: seed, data: name))
    }

    /// The most windows of data that strips are compared with.
    private static let largestDataCount = 2000

    private func dataWindows(along axis: ImageAxis) -> (windows: ImageStrips?, name: String) {
        do {
            let dataset = try configuration.loadData(registry)
            let (part, name) =
                dataset.test.count >= 2 ? (dataset.test, "test") : (dataset.training, "training")
            guard dataset.shape == space.shape, part.count >= 2 else {
                return (nil, "no data: of another shape, or none")
            }
            let values = try Samples(part.values, dimension: part.dimension).subset(Self.largestDataCount, seed: 0)
                .values
            return (
                ImageStrips(values, shape: space.shape, along: axis),
                "\(values.count / part.dimension) \(name) samples of \(dataset.name)"
            )
        } catch {
            return (nil, "no data: \(error)")
        }
    }
}
