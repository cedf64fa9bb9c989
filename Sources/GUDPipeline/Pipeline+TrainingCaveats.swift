import Foundation
import GUDCore
import GUDSampling
import GUDTraining

extension Pipeline {
    /// Whether a model is asked with a class or without one.
    public enum ClassUse: Sendable {
        /// With a class.
        case with
        /// Without, as guidance needs too.
        case without
    }

    /// What the denoiser is asked beyond what it was trained for, in words; empty where there is nothing to say.
    ///
    /// Exact denoisers are right for every schedule and every observation. A network is an estimate that is good where it was
    /// trained: under the run's schedule, or the members of its family, and with parts of samples held if training held such parts.
    ///
    /// - Parameters:
    ///   - pins: Which components are going to be held, clean or at noise; `nil` for none.
    ///   - classes: What a class-conditional model is going to be asked; of no meaning for others.
    /// - Throws: What the schedules and the basis report.
    public func trainingCaveats(
        pins: [PinnedSchedule.Pin]? = nil, classes: Set<ClassUse> = []
    ) throws -> [String] {
        guard denoiser is any TrainableDenoiser else { return [] }
        return [try scheduleCaveat(), try pins.flatMap(heldCaveat), try classCaveat(classes)].compactMap { $0 }
    }

    /// The caveats of drawing samples on request.
    ///
    /// - Throws: What the conditioner and the schedules report.
    public func trainingCaveats(of request: ConditionRequest) throws -> [String] {
        let problem = SamplingProblem(
            denoiser: denoiser, schedule: schedule, variances: space.variances, samples: 0..<1,
            condition: try condition(request))
        let isGuided = request.classIndex != nil && request.guidance != .plain
        let held = try trainingCaveats(
            pins: try problem.heldComponents?.map { $0 ? .clean : .free },
            classes: request.classIndex == nil ? [.without] : isGuided ? [.with, .without] : [.with])
        return held + [request.observed.flatMap(rangeCaveat)].compactMap { $0 }
    }

    /// The caveats of extending images, where windows are given what is there already.
    ///
    /// - Parameter beginning: How many lines the images begin with.
    /// - Throws: ``ExtensionError``, or what conditioner and schedules report.
    public func trainingCaveats(
        of request: ConditionRequest, extending plan: ExtensionPlan, beginning: Int = 0
    ) throws -> [String] {
        let windows = try plan.windows(of: space.shape, beginning: beginning)
        var request = request
        // The mean stands for what will be there: every basis can express it.
        if let given = windows.first(where: { $0.given > 0 })?.given,
            let lines = ImageStrips(space.mean, shape: space.shape, along: plan.axis)
        {
            request.observed = Observation(space.mean, mask: lines.mask(of: 0..<given))
        }
        return try trainingCaveats(of: request)
    }

    /// What is to be said where observed numbers lie far from all data, as bytes do among numbers from −1 to 1.
    private func rangeCaveat(_ observation: Observation) -> String? {
        let count = space.dimension
        let mean = space.mean.reduce(0.0) { $0 + Double($1) } / Double(count)
        let squares = space.mean.reduce(space.dataVariances.reduce(0, +)) { $0 + pow(Double($1) - mean, 2) }
        let deviation = (squares / Double(count)).squareRoot()
        // How much each number can be of a value that all scalars have; 0 where it is not observed.
        let sizes: [Double] =
            switch observation.sensor {
            case .scalars(let mask): mask.map { $0 ? 1 : 0 }
            case .weights(let weights):
                stride(from: 0, to: weights.count, by: count).map { start in
                    weights[start..<min(start + count, weights.count)].reduce(0.0) { $0 + Double(abs($1)) }
                }
            }
        let far = observation.values.enumerated().first { index, value in
            let size = sizes[index % sizes.count]
            return size > 0 && abs(Double(value)) > (abs(mean) + 10 * deviation) * size
        }
        guard let far else { return nil }
        return
            "a given value is \(far.element), while the run's data lie about \(Float(mean)) ± \(Float(deviation)); give values in "
            + "data units (of images, −1 is black and 1 white)"
    }

    /// What is to be said where components are held.
    private func heldCaveat(_ pins: [PinnedSchedule.Pin]) throws -> String? {
        let (given, absent) = (pins.map { $0 == .clean }, pins.map { $0 == .noise })
        guard given.contains(true) || absent.contains(true) else { return nil }
        guard knowsEveryGamma else {
            return "components are held, but the network knows the time alone and is not told which; train with "
                + "denoiser.conditioning=map or tokens, or use a method that holds none"
        }
        // An override cannot change what the network saw.
        guard let options = try (trained ?? configuration).training().given, options.probability > 0 else {
            return
                "components are held, but the network was trained without; unless they come first in its order, expect "
                + "worse results, or train with training.given.probability=0.5"
        }
        if absent.contains(true), options.absentShare == 0 {
            return
                "components are left out, but the network was trained with given ones alone (training.given.absent=0); "
                + "expect worse results"
        }
        let sets = try ComponentSets(options.sets, space: space)
        func isCovered(_ set: [Bool], isAbsent: Bool = false) -> Bool {
            !set.contains(true) || sets.cover(set, isAbsent: isAbsent)
        }
        // What is given beside an absent part is a set less that part.
        let isGivenCovered = isCovered(given) || isCovered(zip(given, absent).map { $0 || $1 })
        guard isGivenCovered, isCovered(absent, isAbsent: true) else {
            return "the components that are held are none of the sets that the network was trained with "
                + "(\(sets.kinds.map(\.rawValue).joined(separator: ", "))); expect worse results"
        }
        return nil
    }

    /// What is to be said where a class-conditional model never saw samples with, or without, a class.
    private func classCaveat(_ classes: Set<ClassUse>) throws -> String? {
        guard let conditioner = try trainedConditioner() as? any TrainingConditioner else { return nil }
        if classes.contains(.without), conditioner.dropProbability == 0 {
            return "the model is asked without a class, for guidance or altogether, but was trained with one always "
                + "(conditioner.dropProbability=0); expect nonsense"
        }
        if classes.contains(.with), conditioner.dropProbability == 1 {
            return
                "a class is asked for, but the model was trained without one always (conditioner.dropProbability=1); "
                + "it is ignored"
        }
        return nil
    }

    private func trainedConditioner() throws -> any Conditioner {
        guard let trained, trained.conditioner != configuration.conditioner else { return conditioner }
        return try registry.factory(.conditioner, named: trained.conditioner.name).make(
            trained.parameters("conditioner", trained.conditioner, kind: "conditioner", registry), classCount)
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
