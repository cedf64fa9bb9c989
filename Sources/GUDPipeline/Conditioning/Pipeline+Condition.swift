import GUDConditioners
import GUDCore

extension Pipeline {
    /// The condition that a request stands for.
    ///
    /// Observations are met with any model: where the pipeline's own conditioner knows classes alone, or nothing, `given` takes care of
    /// what is observed, and both parts hold.
    ///
    /// - Throws: ``ConditionerError``.
    public func condition(_ request: ConditionRequest) throws(ConditionerError) -> Condition {
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
