import GUDCore

/// States of a batch at equal distances of time, gathered from samples that take steps of their own.
struct FlowFrames {
    /// A state that some samples have reached.
    private struct Frame {
        var components: [Float]
        var count = 0
    }

    /// How many states were reported.
    private(set) var reported = 0
    private let times: [Double]
    /// Whether an intermediate state is wanted, or only the last.
    private let all: Bool
    private let samples: Int
    private let width: Int
    /// The states on the way, by index.
    private var pending: [Int: Frame] = [:]

    /// States of a batch.
    init(count: Int, of run: SamplingRun, all: Bool) {
        times = TimeGrid.uniform(steps: count).times
        self.all = all
        samples = run.batch.count
        width = run.problem.componentCount
    }

    /// Takes the states that lie in a step of one sample.
    mutating func add(_ step: FlowTrajectory.Taken, of sample: Int, along flow: FlowStates) throws(ScheduleError) {
        for index in times.indices.dropFirst(all ? 1 : times.count - 1)
        where times[index] < step.times.from && times[index] >= step.times.to {
            // The deviations need no γ̇, so that any stretch will do.
            let moment = try flow.moment(at: times[index], in: 0...1)
            var frame =
                pending.removeValue(forKey: index) ?? Frame(components: [Float](repeating: 0, count: samples * width))
            for component in 0..<width {
                let u = step.state(at: times[index], component: component)
                frame.components[sample * width + component] = Float(u * moment.deviation[component])
            }
            frame.count += 1
            pending[index] = frame
        }
    }

    /// Makes the states that are complete the run's, and reports them in order.
    mutating func report(to run: inout SamplingRun) throws {
        while reported < times.count - 1 {
            let next = all ? reported + 1 : times.count - 1
            guard pending[next]?.count == samples, let frame = pending.removeValue(forKey: next) else { return }
            run.components = frame.components
            run.state = try run.schedule.state(at: times[next])
            reported = next
            try run.report(step: next)
        }
    }
}
