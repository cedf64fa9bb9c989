import CGUDPlugin
import GUDCore
import GUDPluginABI
import Testing

@testable import GUDPluginKit

/// A schedule of the kit, called through its C functions.
@Suite("The kit's table of a schedule")
struct ScheduleTableTests {
    private let census = Census()

    /// Makes a schedule of two components with slopes 1 + 10·3 + 100·r_0 and 2 + 10·4 + 100·r_1.
    private func make(
        rows: [Double]? = nil
    ) throws -> (table: gud_schedule_table, object: UnsafeMutableRawPointer?) {
        let plugin = try TestHost().export(.schedule(Slope.factory(census)))
        let table = try plugin.functions(gud_schedule_table.self)
        let component = try plugin.component()
        #expect(component.kind == UInt32(GUD_KIND_SCHEDULE))
        var object: UnsafeMutableRawPointer?
        let answer = [1.0, 2].withUnsafeBufferPointer { variances in
            [3.0, 4].withUnsafeBufferPointer { dataVariances in
                (rows ?? []).withUnsafeBufferPointer { rows in
                    // Room for a fifth order, which this version does not know.
                    let labels: [UnsafePointer<Double>?] = [nil, nil, rows.baseAddress, nil, variances.baseAddress]
                    return labels.withUnsafeBufferPointer { labels in
                        var context = gud_schedule_context()
                        context.struct_size = Versioned.size(of: gud_schedule_context.self)
                        context.components = 2
                        context.variances = variances.baseAddress
                        context.data_variances = dataVariances.baseAddress
                        context.label_count = rows.isEmpty ? 0 : 5
                        context.labels = rows.isEmpty ? nil : labels.baseAddress
                        return Answer { table.create(component.factory, &context, nil, &object, $0) }
                    }
                }
            }
        }
        #expect(answer == .ok)
        return (table, object)
    }

    @Test("γ and its rate come in rows of times, together or alone, and equal the direct call")
    func gamma() throws {
        let (table, object) = try make(rows: [1, 5])
        let direct = Slope(life: Census.Life(Census()), slopes: [131, 542])
        let times = [0.0, 0.3, 1]
        var (gamma, rate) = ([Double](repeating: .nan, count: 6), [Double](repeating: .nan, count: 6))
        #expect(Answer { table.gamma(object, times, 3, &gamma, &rate, $0) } == .ok)
        #expect(gamma == (try times.flatMap { try direct.gamma(at: $0) }))
        #expect(rate == (try times.flatMap { try direct.gammaRate(at: $0) }))
        var alone = [Double](repeating: .nan, count: 6)
        #expect(Answer { table.gamma(object, times, 3, &alone, nil, $0) } == .ok)
        #expect(alone == gamma)
        #expect(Answer { table.gamma(object, times, 3, nil, &alone, $0) } == .ok)
        #expect(alone == rate)
        #expect(Answer { table.gamma(object, nil, 0, nil, nil, $0) } == .ok)
        table.destroy(object)
        #expect(census.alive == 0)
    }

    @Test("A time that is none, and no times at all, are errors")
    func errors() throws {
        let (table, object) = try make()
        var gamma = [0.0, 0]
        #expect(
            Answer { table.gamma(object, [1.5], 1, &gamma, nil, $0) }
                == Answer(
                    status: GUD_ERROR_ARGUMENT,
                    text: "time 1.5 is outside [0, 1]; times run from 0 (data) to 1 (noise)"))
        #expect(
            Answer { table.gamma(object, nil, 1, &gamma, nil, $0) }
                == Answer(status: GUD_ERROR_ARGUMENT, text: "a function was called without its input"))
        table.destroy(object)
    }

    @Test("A family gives members of their own, which outlive it")
    func family() throws {
        let (table, object) = try make()
        var info = gud_schedule_info()
        info.struct_size = Versioned.size(of: gud_schedule_info.self)
        #expect(Answer { table.info(object, &info, $0) } == .ok)
        #expect(info.components == 2 && info.flags == UInt32(GUD_SCHEDULE_FAMILY))
        var member: UnsafeMutableRawPointer?
        #expect(Answer { table.member(object, 0.5, &member, $0) } == .ok)
        #expect(census.alive == 2)
        table.destroy(object)
        #expect(census.alive == 1)
        var rate = [0.0, 0]
        #expect(Answer { table.gamma(member, [0.5], 1, nil, &rate, $0) } == .ok)
        #expect(rate == [46.5, 63])
        table.destroy(member)
        #expect(census.alive == 0)
    }

    @Test("A context without its variances is an error")
    func incomplete() throws {
        let plugin = try TestHost().export(.schedule(Slope.factory(census)))
        let table = try plugin.functions(gud_schedule_table.self)
        let component = try plugin.component()
        var context = gud_schedule_context()
        context.struct_size = Versioned.size(of: gud_schedule_context.self)
        context.components = 2
        var object: UnsafeMutableRawPointer?
        #expect(
            Answer { table.create(component.factory, &context, nil, &object, $0) }
                == Answer(status: GUD_ERROR_ARGUMENT, text: "a function was called without its input"))
        #expect(object == nil)
    }
}
