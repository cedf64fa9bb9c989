import ConformanceCheckers
import GUDCore

/// Tries a conditioner; see ``ValidationLevel``.
struct ConditionerTrial {
    let trial: Trial
    let component: PluginDescription.Component
    let variants: ParameterVariants

    func run() {
        let classCounts = [10, 0].filter(isTaken)
        guard !classCounts.isEmpty else {
            return trial.note(component.place, 2, "it takes data with classes or without", "it refuses both")
        }
        trial.note(component.place, 2, "objects are made and destroyed; refusals have a reason", nil)
        guard trial.wants(3) else { return }
        for classCount in classCounts { laws(TrialSpaces.small[1], classCount, level: 3) }
        if trial.wants(6) {
            for shape in TrialSpaces.small { laws(shape, classCounts[0], level: 6) }
        }
        if trial.wants(8) {
            for variant in variants.others { laws(TrialSpaces.small[1], classCounts[0], level: 8, variant: variant) }
        }
        if trial.wants(9) { trial.wear(component) { _ = try make(classCounts[0]) } }
        if trial.wants(10) {
            for extra in 1...3 {
                laws(TrialSpaces.small[2], classCounts[0], level: 10, seed: trial.seed &+ UInt64(extra))
            }
        }
    }

    private func make(_ classCount: Int, _ parameters: Parameters? = nil) throws -> any Conditioner {
        try trial.plugin.makeConditioner(component.name, parameters ?? variants.defaults, classCount: classCount)
    }

    private func isTaken(_ classCount: Int) -> Bool {
        trial.stage(component, "making it for \(classCount) classes")
        do {
            _ = try make(classCount)
            return true
        } catch  where Refusal.isOne(error) {
            return false
        } catch {
            trial.note(component.place, 2, "\(classCount) classes are taken or refused", "\(error)")
            return false
        }
    }

    private func laws(
        _ shape: SampleShape, _ classCount: Int, level: Int, seed: UInt64? = nil,
        variant: ParameterVariants.Variant? = nil
    ) {
        let place = [shape.description, "\(classCount) classes", variant?.name].compactMap { $0 }.joined(
            separator: ", ")
        trial.stage(component, "the laws of conditioners, \(place)")
        do {
            let conditioner = try make(classCount, variant?.parameters)
            let laws = ConditionerLaws(
                conditioner, in: try TrialSpaces.space(shape), classCount: classCount, seed: seed ?? trial.seed)
            trial.note(component, level, laws.findings(), place)
        } catch  where Refusal.isOne(error) {
            // A refusal with a reason is an answer.
        } catch {
            trial.note(component.place, level, "it can be made [\(place)]", "\(error)")
        }
    }
}
