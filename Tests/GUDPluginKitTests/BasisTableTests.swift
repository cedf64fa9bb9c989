import CGUDPlugin
import GUDCore
import GUDPluginABI
import Testing

@testable import GUDPluginKit

/// A basis of the kit, called through its C functions.
@Suite("The kit's table of a basis")
struct BasisTableTests {
    private let census = Census()

    private func exported() throws -> (component: gud_component, table: gud_basis_table) {
        let plugin = try TestHost().export(.basis(Shortened.factory(census), threads: .object))
        return (try plugin.component(), try plugin.functions(gud_basis_table.self))
    }

    /// Makes an object for vectors.
    private func create(
        _ count: UInt64, fitting: [Float]? = nil, state: StateArrays? = nil
    ) throws -> (object: UnsafeMutableRawPointer?, answer: Answer) {
        let (component, table) = try exported()
        let kept = try state.map { try ExportedArrays($0) }
        var context = gud_basis_context()
        context.struct_size = Versioned.size(of: gud_basis_context.self)
        context.rank = 1
        context.axes.0 = count
        context.state = kept?.arrays.baseAddress
        context.state_count = kept?.arrays.count ?? 0
        var object: UnsafeMutableRawPointer?
        let answer = (fitting ?? []).withUnsafeBufferPointer { buffer in
            context.fitting = fitting == nil ? nil : buffer.baseAddress
            context.fitting_count = buffer.count / Int(count)
            return withExtendedLifetime(kept) {
                Answer { table.create(component.factory, &context, nil, &object, $0) }
            }
        }
        return (object, answer)
    }

    @Test("The component says what the factory says, without what the host adds")
    func component() throws {
        let component = try exported().component
        #expect(component.struct_size == 56)
        #expect(component.kind == UInt32(GUD_KIND_BASIS))
        #expect(component.threads == UInt32(GUD_THREADS_OBJECT))
        #expect(String(cString: component.name) == "shortened")
        #expect(String(cString: component.summary) == "All but the last.")
        #expect(String(cString: component.parameters) == "[]")
    }

    @Test("forward and inverse equal the direct calls bit for bit, and the object goes with destroy")
    func transforms() throws {
        let table = try exported().table
        let (object, answer) = try create(3, fitting: [0.1, 0.7, -3, 0.3, 0.2, 0.1])
        #expect(answer == .ok)
        let direct = Shortened(life: Census.Life(Census()), shape: .vector(3), scale: 0.7)
        let samples: [Float] = [1, 2, 3, -0.0, .infinity, 6, .leastNonzeroMagnitude, 8, 9]
        var coefficients = [Float](repeating: .nan, count: 6)
        #expect(Answer { table.forward(object, 3, samples, &coefficients, $0) } == .ok)
        #expect(coefficients.map(\.bitPattern) == (try direct.forward(samples)).map(\.bitPattern))
        var back = [Float](repeating: .nan, count: 9)
        #expect(Answer { table.inverse(object, 3, coefficients, &back, $0) } == .ok)
        #expect(back.map(\.bitPattern) == (try direct.inverse(coefficients)).map(\.bitPattern))
        #expect(Answer { table.forward(object, 0, nil, nil, $0) } == .ok)
        #expect(census.alive == 1)
        table.destroy(object)
        #expect(census.alive == 0)
    }

    @Test("info tells the counts and that it is fitted, as far as the host has room")
    func info() throws {
        let table = try exported().table
        let object = try create(4, fitting: [1, 2, 3, 4]).object
        var info = gud_basis_info()
        info.struct_size = Versioned.size(of: gud_basis_info.self)
        #expect(Answer { table.info(object, &info, $0) } == .ok)
        #expect(info.struct_size == 24 && info.flags == 1 && info.dimension == 4 && info.components == 3)
        var short = gud_basis_info(struct_size: 16, flags: 9, dimension: 9, components: 9)
        #expect(Answer { table.info(object, &short, $0) } == .ok)
        #expect(short.struct_size == 16 && short.flags == 1 && short.dimension == 4 && short.components == 9)
        #expect(Answer { table.info(object, nil, $0) } == .ok)
        table.destroy(object)
    }

    @Test("Labels are written where there are as many as components, and never otherwise")
    func labels() throws {
        let table = try exported().table
        let object = try create(4, fitting: [1, 2, 3, 4]).object
        var labels = [Double](repeating: -1, count: 3)
        #expect(Answer { table.labels(object, UInt32(GUD_LABEL_ROW), &labels, $0) } == .ok)
        #expect(labels == [0, 1, 2])
        let absent = Answer(status: GUD_ERROR_UNSUPPORTED, text: "the basis has no labels of this order")
        #expect(Answer { table.labels(object, UInt32(GUD_LABEL_LEVEL), &labels, $0) } == absent)
        #expect(Answer { table.labels(object, 99, &labels, $0) } == absent)
        #expect(
            Answer { table.labels(object, UInt32(GUD_LABEL_COLUMN), &labels, $0) }
                == Answer(status: GUD_ERROR_INTERNAL, text: "labels of order 'column': 1 values where 3 are expected"))
        #expect(labels == [0, 1, 2])
        table.destroy(object)
    }

    @Test("What it keeps makes it again, without data; the state takes precedence")
    func state() throws {
        let table = try exported().table
        let object = try create(3, fitting: [0.5, 0.25, -1]).object
        var arrays: UnsafePointer<gud_array>?
        var count = 0
        #expect(Answer { table.state(object, &arrays, &count, $0) } == .ok)
        let state = try StateArrays(arrays, count: count)
        var again: UnsafePointer<gud_array>?
        #expect(Answer { table.state(object, &again, &count, $0) } == .ok)
        #expect(again == arrays && count == 1)
        #expect(state.entries == ["scale": .init(axes: [], values: .float([0.5]))])
        let copy = try create(3, fitting: [9, 9, 9], state: state).object
        var coefficients = [Float](repeating: 0, count: 2)
        #expect(Answer { table.forward(copy, 1, [2, 4, 6], &coefficients, $0) } == .ok)
        #expect(coefficients == [1, 2])
        table.destroy(object)
        table.destroy(copy)
        #expect(census.alive == 0)
    }

    @Test("A refusal has a status of its kind and a text, and leaves no object")
    func refusals() throws {
        #expect(
            try create(2).answer
                == Answer(
                    status: GUD_ERROR_SHAPE,
                    text: "the basis cannot take samples of shape 2: there would be nothing left"))
        let (object, answer) = try create(3)
        #expect(object == nil)
        #expect(
            answer
                == Answer(
                    status: GUD_ERROR_NEEDS_DATA,
                    text: "basis 'shortened' is fitted to data, and none was given; name a data set, or --fit DATA.npy")
        )
        #expect(census.made == 0)
    }

    @Test("A call without what it needs is an error, not a crash")
    func nothing() throws {
        let (component, table) = try exported()
        func argument(_ text: String) -> Answer { Answer(status: GUD_ERROR_ARGUMENT, text: text) }
        var object: UnsafeMutableRawPointer?
        var context = gud_basis_context()
        context.struct_size = Versioned.size(of: gud_basis_context.self)
        context.rank = 2
        context.axes = (2, 2, 0, 0)
        #expect(
            Answer { table.create(nil, &context, nil, &object, $0) } == argument("create was called without a factory"))
        #expect(
            Answer { table.create(component.factory, nil, nil, &object, $0) }
                == argument("create was called without a context"))
        #expect(
            Answer { table.create(component.factory, &context, nil, &object, $0) }
                == Answer(status: GUD_ERROR_SHAPE, text: "the host describes samples of 2 axes"))
        let lacking = argument("a function was called without an object")
        var scalars: [Float] = [1, 2, 3]
        #expect(Answer { table.info(nil, nil, $0) } == lacking)
        #expect(Answer { table.forward(nil, 1, scalars, &scalars, $0) } == lacking)
        #expect(Answer { table.labels(nil, 0, nil, $0) } == lacking)
        #expect(Answer { table.state(nil, nil, nil, $0) } == lacking)
        #expect(table.info(nil, nil, nil) == GUD_ERROR_ARGUMENT)
        table.destroy(nil)
        let made = try create(3, fitting: [1, 1, 1]).object
        #expect(
            Answer { table.forward(made, 1, nil, &scalars, $0) } == argument("a function was called without its input"))
        #expect(
            Answer { table.inverse(made, 1, scalars, nil, $0) }
                == argument("a function was called without room for its result"))
        #expect(
            Answer { table.labels(made, UInt32(GUD_LABEL_ROW), nil, $0) }
                == argument("a function was called without room for its result"))
        table.destroy(made)
        #expect(census.alive == 0)
    }
}
