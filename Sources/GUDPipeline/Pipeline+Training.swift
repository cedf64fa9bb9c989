import Foundation
import GUDCore
import GUDSampling
import GUDTraining

extension Pipeline {
    /// Which parts of samples training holds; `nil` where it holds none.
    ///
    /// - Throws: ``ParameterError/rule(_:_:_:)`` where the network would not be told, or where the basis cannot express a set.
    func heldParts() throws -> HeldParts? {
        guard let options = try configuration.training().given else { return nil }
        guard knowsEveryGamma else {
            throw ParameterError.rule(
                "training.given", .table(["probability": .number(options.probability)]),
                "needs a denoiser that is told what is held; set denoiser.conditioning to map or tokens")
        }
        return try HeldParts(options, space: space, seed: configuration.seed)
    }

    /// Whether the denoiser knows γ of every component; one that does not say is taken to know.
    var knowsEveryGamma: Bool { (denoiser as? any ComponentAwareDenoiser)?.knowsEveryGamma ?? true }

    /// What the denoiser is asked beyond what it was trained for, in words; empty where there is nothing to say.
    ///
    /// Exact denoisers are right for every schedule and every observation. A network is an estimate that is good where it was
    /// trained: under the run's schedule, or the members of its family, and with parts of samples held if training held some.
    ///
    /// - Parameter holdsComponents: Whether components are going to be held, clean or at noise.
    /// - Throws: What the schedules report.
    public func trainingCaveats(holdsComponents: Bool = false) throws -> [String] {
        guard denoiser is any TrainableDenoiser else { return [] }
        var caveats: [String] = []
        if let caveat = try scheduleCaveat() { caveats.append(caveat) }
        if holdsComponents {
            if !knowsEveryGamma {
                caveats.append(
                    "components are held, but the network knows the time alone and is not told which; train with "
                        + "denoiser.conditioning=map or tokens, or use a method that holds none")
            } else if try configuration.training().given == nil {
                caveats.append(
                    "components are held, but the network was trained without; unless they come first in its order, expect "
                        + "worse results, or train with training.given.probability=0.5")
            }
        }
        return caveats
    }

    /// The caveats of drawing samples on request.
    ///
    /// - Throws: What the conditioner and the schedules report.
    public func trainingCaveats(of request: ConditionRequest) throws -> [String] {
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: space.variances, samples: 0..<1,
            condition: try condition(request))
        return try trainingCaveats(holdsComponents: try problem.holdsComponents)
    }

    /// What is to be said where the schedule is not one that training covers.
    private func scheduleCaveat() throws -> String? {
        let consequence =
            knowsEveryGamma
            ? "expect worse results" : "the network knows the time alone, and takes γ to be what it was in training"
        guard let trained = trainedSchedule else {
            return "the schedule is another one than the run was trained with; \(consequence)"
        }
        guard let family = trained as? any ScheduleFamily else {
            return try Self.agree(trained, schedule)
                ? nil : "the schedule is another one than the run was trained with; \(consequence)"
        }
        guard knowsEveryGamma else {
            return "the run was trained on a family of schedules, which its network cannot tell apart; train with "
                + "denoiser.conditioning=map or tokens"
        }
        guard let ranged = family as? any RangedScheduleFamily else {
            return try Self.agree(trained, schedule)
                ? nil : "the schedule may be outside the family that the run was trained with; \(consequence)"
        }
        return ranged.covers(schedule)
            ? nil : "the schedule is outside what the run was trained with, \(ranged.range); \(consequence)"
    }

    /// Whether two schedules are the same, as far as a few times tell.
    private static func agree(_ one: any NoiseSchedule, _ other: any NoiseSchedule) throws(ScheduleError) -> Bool {
        for time in [0, 0.13, 0.37, 0.5, 0.71, 0.89, 1] {
            let (first, second) = (try one.gamma(at: time), try other.gamma(at: time))
            guard first.count == second.count else { return false }
            for (left, right) in zip(first, second) where abs(left - right) > 1e-6 * max(1, abs(left)) { return false }
        }
        return true
    }
}
