import ConformanceCheckers
import GUDCore

/// Tries a schedule; see ``ValidationLevel``.
struct ScheduleTrial {
    let trial: Trial
    let component: PluginDescription.Component
    let variants: ParameterVariants

    func run() {
        let counts = [5, 1, 64].filter(isTaken)
        guard let first = counts.first else {
            return trial.note(component.place, 2, "it takes some number of components", "it refuses 1, 5 and 64")
        }
        trial.note(component.place, 2, "objects are made and destroyed; refusals have a reason", nil)
        if trial.wants(3) { callBetweenGuards(first) }
        if trial.wants(5) { laws(first, level: 5, intervals: 64) }
        if trial.wants(6) { for count in counts.dropFirst() { laws(count, level: 6, intervals: 64) } }
        if trial.wants(7) { guardedLaws(first) }
        if trial.wants(8) {
            for variant in variants.others { laws(first, level: 8, intervals: 64, variant: variant) }
        }
        if trial.wants(9) { trial.wear(component) { _ = try make(first) } }
        if trial.wants(10) {
            laws(first, level: 10, intervals: 1024)
            laws(3072, level: 10, intervals: 16)
        }
    }

    private func make(_ count: Int, _ parameters: Parameters? = nil) throws -> any NoiseSchedule {
        try trial.plugin.makeSchedule(
            component.name, parameters ?? variants.defaults, TrialSpaces.scheduleContext(count))
    }

    private func isTaken(_ count: Int) -> Bool {
        trial.stage(component, "making it for \(count) components")
        do {
            _ = try make(count)
            return true
        } catch  where Refusal.isOne(error) {
            return false
        } catch {
            trial.note(component.place, 2, "\(count) components are taken or refused", "\(error)")
            return false
        }
    }

    private func callBetweenGuards(_ count: Int) {
        let law = "calls stay in their buffers, and write all of them, finite, twice the same"
        guard let schedule = trial.attempt(component, 3, law, { try make(count) }) else { return }
        for atEnd in [true, false] {
            let guarded = GuardedSchedule(schedule: schedule, atEnd: atEnd)
            for time in [0, 0.37, 1] {
                trial.stage(component, "gamma at t = \(time), guards \(atEnd ? "behind" : "before") the buffers")
                do {
                    for values in [try guarded.gamma(at: time), try guarded.gammaRate(at: time)] {
                        guard let index = values.firstIndex(where: { !$0.isFinite }) else { continue }
                        trial.note(component.place, 3, law, "component \(index) at t = \(time) is \(values[index])")
                        return
                    }
                    guard try guarded.gamma(at: time) == guarded.gamma(at: time) else {
                        return trial.note(component.place, 3, law, "gamma at t = \(time) differs from call to call")
                    }
                } catch {
                    return trial.note(component.place, 3, law, "\(error)")
                }
            }
        }
        trial.note(component.place, 3, law, nil)
    }

    private func laws(_ count: Int, level: Int, intervals: Int, variant: ParameterVariants.Variant? = nil) {
        let place = ["\(count) components", variant?.name].compactMap { $0 }.joined(separator: ", ")
        trial.stage(component, "the laws of schedules, \(place)")
        do {
            let schedule = try make(count, variant?.parameters)
            trial.note(component, level, ScheduleLaws.findings(for: schedule, intervals: intervals), place)
        } catch  where Refusal.isOne(error) {
            // A refusal with a reason is an answer.
        } catch {
            trial.note(component.place, level, "it can be made [\(place)]", "\(error)")
        }
    }

    private func guardedLaws(_ count: Int) {
        guard let schedule = trial.attempt(component, 7, "it can be made", { try make(count) }) else { return }
        for atEnd in [true, false] {
            let side = atEnd ? "guards behind the buffers" : "guards before the buffers"
            trial.stage(component, "the laws of schedules, \(side)")
            let guarded = GuardedSchedule(schedule: schedule, atEnd: atEnd)
            trial.note(component, 7, ScheduleLaws.findings(for: guarded, intervals: 64), side)
        }
    }
}
