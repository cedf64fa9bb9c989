import CGUDPlugin
import GUDCore
import GUDPluginABI

private typealias Box = ObjectBox<any NoiseSchedule>

extension gud_schedule_table {
    /// The functions of every schedule in Swift.
    static let swift: gud_schedule_table = {
        var table = gud_schedule_table()
        table.struct_size = Versioned.size(of: gud_schedule_table.self)
        table.create = { factory, context, parameters, object, error in
            reporting(to: error) {
                let box = try FactoryBox<ScheduleFactory>.of(factory)
                Box.create(try box.factory.make(try box.parameters(parameters), try ScheduleContext(context)), object)
            }
        }
        table.destroy = { Box.destroy($0) }
        table.info = { object, info, error in
            reporting(to: error) {
                let schedule = try Box.of(object).value
                var filled = gud_schedule_info()
                filled.components = UInt64(schedule.componentCount)
                if schedule is any ScheduleFamily { filled.flags |= UInt32(GUD_SCHEDULE_FAMILY) }
                if let info { Versioned.fill(info, with: filled) }
            }
        }
        table.gamma = { object, times, count, gamma, rate, error in
            reporting(to: error) {
                let schedule = try Box.of(object).value
                let width = schedule.componentCount
                for (index, time) in try values(times, count).enumerated() {
                    if let gamma {
                        var row = try output(gamma + index * width, width).mutableSpan
                        try schedule.gamma(at: time, into: &row)
                    }
                    if let rate {
                        var row = try output(rate + index * width, width).mutableSpan
                        try schedule.gammaRate(at: time, into: &row)
                    }
                }
            }
        }
        table.member = { object, position, member, error in
            reporting(to: error) {
                guard let family = try Box.of(object).value as? any ScheduleFamily else {
                    throw AbsentAbility(description: "the schedule stands for itself alone: it is no family")
                }
                Box.create(family.member(at: position), member)
            }
        }
        return table
    }()
}

extension ScheduleContext {
    /// The context that the host describes.
    fileprivate init(_ pointer: UnsafePointer<gud_schedule_context>?) throws {
        guard let pointer else { throw BrokenCall(description: "create was called without a context") }
        let context = Versioned.copy(pointer, over: gud_schedule_context())
        let count = Int(context.components)
        var labels: [NaturalOrder: [Double]] = [:]
        for (code, row) in try values(context.labels, Int(context.label_count)).enumerated() {
            if let row, let order = NaturalOrder(code: UInt32(code)) { labels[order] = try values(row, count) }
        }
        self.init(
            componentCount: count, variances: try values(context.variances, count),
            dataVariances: try values(context.data_variances, count), labels: labels)
    }
}
