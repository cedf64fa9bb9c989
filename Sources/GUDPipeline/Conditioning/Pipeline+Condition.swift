import GUDConditioners
import GUDCore

extension Pipeline {
    /// The condition that a request stands for.
    ///
    /// Observations are met with any model: where the pipeline's own conditioner knows classes alone, or nothing, `given` takes care of
    /// what is observed, and both parts hold.
    ///
    /// - Throws: `ConditionerError`, and `GuidanceError.nothingToFollow(scale:)` where guidance is asked for and no class is named, or the
    ///   conditioner makes no condition for it to follow.
    public func condition(_ request: ConditionRequest) throws -> Condition {
        let condition = try parts(of: request)
        let follows = condition.embedding != nil && (request.classIndex != nil || !condition.guidance.isPlain)
        guard follows || request.guidance.isPlain else {
            throw GuidanceError.nothingToFollow(scale: request.guidance.scale)
        }
        return condition
    }

    private func parts(of request: ConditionRequest) throws(ConditionerError) -> Condition {
        guard request.observed != nil, conditioner is NoConditioner || conditioner is ClassConditioner else {
            return try conditioner.condition(request, in: space)
        }
        var (classes, observed) = (request, request)
        classes.observed = nil
        observed.classIndex = nil
        var condition = try conditioner.condition(classes, in: space)
        let given = try GivenConditioner().condition(observed, in: space)
        (condition.given, condition.observed) = (given.given, given.observed)
        return condition
    }
}
