import GUDCore

/// A schedule in a plugin's process.
class IsolatedSchedule: NoiseSchedule, @unchecked Sendable {
    let componentCount: Int
    fileprivate let object: IsolatedObject

    init(_ object: IsolatedObject, _ components: Int) {
        self.object = object
        componentCount = components
    }

    final func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try evaluate(.gamma, time, &gamma)
    }

    final func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try evaluate(.gammaRate, time, &rate)
    }

    private func evaluate(
        _ kind: WireFrame.Kind, _ time: Double, _ destination: inout MutableSpan<Double>
    ) throws(ScheduleError) {
        try validate(time: time, destination: destination.count)
        do {
            try object.process.call(
                WireFrame(kind, [UInt64(object.number), time.bitPattern]), size: 8 * componentCount,
                doing: "\(kind) of \(object.component)"
            ) { _ in
            } read: { memory in
                memory.read(into: &destination, at: 0)
            }
        } catch {
            throw .failed(reason: error.description)
        }
    }
}

/// A family of schedules in a plugin's process.
final class IsolatedScheduleFamily: IsolatedSchedule, ScheduleFamily, @unchecked Sendable {
    func member(at position: Double) -> any NoiseSchedule {
        do {
            let answer = try object.process.ask(
                WireFrame(.member, [UInt64(object.number), position.bitPattern]),
                doing: "a member of \(object.component)")
            let wire = try answer.description(as: WireObject.self).checked(
                components: componentCount...componentCount)
            return IsolatedSchedule(IsolatedObject(object.process, wire.number, object.component), wire.components)
        } catch {
            return FailedSchedule(componentCount: componentCount, reason: "\(error)")
        }
    }
}
