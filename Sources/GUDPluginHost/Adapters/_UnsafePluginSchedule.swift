import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A plugin's noise schedule behind the core's protocol.
class PluginSchedule: NoiseSchedule, @unchecked Sendable {
    let componentCount: Int
    fileprivate let object: PluginObject
    fileprivate let table: gud_schedule_table
    fileprivate let component: LoadedPlugin.Component

    fileprivate init(
        _ object: PluginObject, _ table: gud_schedule_table, _ component: LoadedPlugin.Component, count: Int
    ) {
        self.object = object
        self.table = table
        self.component = component
        componentCount = count
    }

    /// Makes a schedule of a component.
    static func make(
        _ component: LoadedPlugin.Component, of plugin: LoadedPlugin, _ parameters: ParameterBox,
        _ context: ScheduleContext
    ) throws -> PluginSchedule {
        let table = Versioned.copy(component.table, over: gud_schedule_table())
        let lent = LentLabels(context.labels)
        var asked = gud_schedule_context()
        asked.struct_size = Versioned.size(of: gud_schedule_context.self)
        asked.components = UInt64(context.componentCount)
        asked.label_count = UInt32(GUD_LABEL_COUNT)
        asked.labels = lent.rows
        let object = try PluginObject(component, of: plugin, destroy: table.destroy) { object, error in
            withOptionalPointer(context.variances) { variances, _ in
                withOptionalPointer(context.dataVariances) { dataVariances, _ in
                    asked.variances = variances
                    asked.data_variances = dataVariances
                    return withExtendedLifetime((lent, parameters)) {
                        table.create(component.factory, &asked, parameters.handle, object, error)
                    }
                }
            }
        }
        return try wrap(object, table, component, expecting: context.componentCount)
    }

    /// The schedule of an object, or the family where it is one.
    fileprivate static func wrap(
        _ object: PluginObject, _ table: gud_schedule_table, _ component: LoadedPlugin.Component, expecting count: Int
    ) throws(PluginError) -> PluginSchedule {
        var info = gud_schedule_info()
        info.struct_size = Versioned.size(of: gud_schedule_info.self)
        if let failure = object.call({ table.info($0, &info, $1) }) { throw object.inconsistent(failure.message) }
        guard Int(exactly: info.components) == count else {
            throw object.inconsistent("says that it has \(info.components) components where \(count) were asked for")
        }
        guard info.flags & UInt32(GUD_SCHEDULE_FAMILY) != 0 else {
            return PluginSchedule(object, table, component, count: count)
        }
        guard table.member != nil else { throw object.inconsistent("is a family, but has no function 'member'") }
        return PluginScheduleFamily(object, table, component, count: count)
    }

    final func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: gamma.count)
        let failure = unsafe gamma.withUnsafeMutableBufferPointer { gamma in
            withUnsafePointer(to: time) { time in
                object.call { table.gamma($0, time, 1, gamma.baseAddress, nil, $1) }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }

    final func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: rate.count)
        let failure = unsafe rate.withUnsafeMutableBufferPointer { rate in
            withUnsafePointer(to: time) { time in
                object.call { table.gamma($0, time, 1, nil, rate.baseAddress, $1) }
            }
        }
        if let failure { throw .failed(reason: failure.message) }
    }
}

/// A plugin's schedule that stands for a range of schedules.
private final class PluginScheduleFamily: PluginSchedule, ScheduleFamily, @unchecked Sendable {
    func member(at position: Double) -> any NoiseSchedule {
        do {
            guard let function = table.member else { throw object.inconsistent("has no function 'member'") }
            let member = try PluginObject(component, of: object.plugin, destroy: table.destroy) { member, error in
                // A call into this object as well, which takes as many at once as its component says.
                object.gate.call { function(object.pointer, position, member, error) }
            }
            return try PluginSchedule.wrap(member, table, component, expecting: componentCount)
        } catch {
            return FailedSchedule(componentCount: componentCount, reason: "\(error)")
        }
    }
}

/// Stands in for a member that could not be made: it says why as soon as it is used.
struct FailedSchedule: NoiseSchedule {
    let componentCount: Int
    let reason: String

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        throw .failed(reason: reason)
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        throw .failed(reason: reason)
    }
}

/// Labels as rows by the numbers of their orders.
///
/// Invariant: all pointers point into memory that this object owns.
private final class LentLabels {
    let rows: UnsafePointer<UnsafePointer<Double>?>
    private let memory: [UnsafeMutableBufferPointer<Double>]

    init(_ labels: [NaturalOrder: [Double]]) {
        let rows = UnsafeMutablePointer<UnsafePointer<Double>?>.allocate(capacity: Int(GUD_LABEL_COUNT))
        rows.initialize(repeating: nil, count: Int(GUD_LABEL_COUNT))
        memory = labels.map { order, values in
            let row = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(values.count, 1))
            _ = row.initialize(from: values)
            rows[Int(order.code)] = UnsafePointer(row.baseAddress)
            return row
        }
        self.rows = UnsafePointer(rows)
    }

    deinit {
        for row in memory { row.deallocate() }
        rows.deallocate()
    }
}
