import GUDCore

/// A schedule whose every call writes between guard pages, over NaNs.
struct GuardedSchedule: NoiseSchedule {
    let schedule: any NoiseSchedule
    /// Whether guards follow the buffers; otherwise they precede them.
    let atEnd: Bool

    var componentCount: Int { schedule.componentCount }

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try guarded("gamma", &gamma) { result throws(ScheduleError) in try schedule.gamma(at: time, into: &result) }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try guarded("gamma_rate", &rate) { result throws(ScheduleError) in
            try schedule.gammaRate(at: time, into: &result)
        }
    }

    private func guarded(
        _ name: StaticString, _ destination: inout MutableSpan<Double>,
        _ body: (inout MutableSpan<Double>) throws(ScheduleError) -> Void
    ) throws(ScheduleError) {
        guard let output = GuardedBuffer(repeating: Double.nan, count: destination.count, atEnd: atEnd, name: name)
        else { throw .failed(reason: "there is no memory for guard pages") }
        var result = output.mutableElements.mutableSpan
        try body(&result)
        for index in 0..<destination.count { destination[index] = result[index] }
    }
}
