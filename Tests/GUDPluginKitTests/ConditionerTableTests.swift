import CGUDPlugin
import GUDCore
import GUDPluginABI
import Testing

@testable import GUDPluginKit

/// A conditioner of the kit, called through its C functions.
@Suite("The kit's table of a conditioner")
struct ConditionerTableTests {
    private let census = Census()
    private let space = LentSpace()

    private func make() throws -> (table: gud_conditioner_table, object: UnsafeMutableRawPointer?) {
        let plugin = try TestHost().export(.conditioner(Echo.factory(census)))
        let table = try plugin.functions(gud_conditioner_table.self)
        let component = try plugin.component()
        #expect(component.kind == UInt32(GUD_KIND_CONDITIONER))
        var context = gud_conditioner_context()
        context.struct_size = Versioned.size(of: gud_conditioner_context.self)
        context.class_count = 3
        var object: UnsafeMutableRawPointer?
        #expect(Answer { table.create(component.factory, &context, nil, &object, $0) } == .ok)
        return (table, object)
    }

    /// What comes of a request, in arrays that are longer than they are said to be.
    private struct Outcome: Equatable {
        var answer: Answer
        var flags: UInt32
        var guidance: Double
        var embedding: [Float]
        var given: [UInt8]
        var values: [Float]
    }

    private func condition(
        _ table: gud_conditioner_table, _ object: UnsafeMutableRawPointer?, classIndex: Int64 = -1,
        observed: (values: [Float], mask: [UInt8])? = nil
    ) -> Outcome {
        var outcome = Outcome(
            answer: .ok, flags: 0, guidance: 0, embedding: [Float](repeating: -1, count: 5),
            given: [UInt8](repeating: 9, count: 5), values: [Float](repeating: -1, count: 5))
        var condition = gud_condition()
        condition.struct_size = Versioned.size(of: gud_condition.self)
        condition.guidance = 1.5
        condition.flags = 8
        let answer = outcome.embedding.withUnsafeMutableBufferPointer { embedding in
            outcome.given.withUnsafeMutableBufferPointer { given in
                outcome.values.withUnsafeMutableBufferPointer { values in
                    (observed?.values ?? []).withUnsafeBufferPointer { observedValues in
                        (observed?.mask ?? []).withUnsafeBufferPointer { mask in
                            var request = gud_condition_request()
                            request.struct_size = Versioned.size(of: gud_condition_request.self)
                            request.class_index = classIndex
                            request.guidance = 1.5
                            request.observed = observed == nil ? nil : observedValues.baseAddress
                            request.observed_mask = mask.isEmpty ? nil : mask.baseAddress
                            request.space = UnsafePointer(space.table)
                            condition.embedding = embedding.baseAddress
                            condition.given = given.baseAddress
                            condition.given_values = values.baseAddress
                            return Answer { table.condition(object, &request, &condition, $0) }
                        }
                    }
                }
            }
        }
        (outcome.answer, outcome.flags, outcome.guidance) = (answer, condition.flags, condition.guidance)
        return outcome
    }

    private func untouched(_ answer: Answer = .ok, flags: UInt32 = 0) -> Outcome {
        Outcome(
            answer: answer, flags: flags, guidance: 1.5, embedding: [-1, -1, -1, -1, -1], given: [9, 9, 9, 9, 9],
            values: [-1, -1, -1, -1, -1])
    }

    @Test("info tells the width and how often a condition is dropped")
    func info() throws {
        let (table, object) = try make()
        var info = gud_conditioner_info()
        info.struct_size = Versioned.size(of: gud_conditioner_info.self)
        #expect(Answer { table.info(object, &info, $0) } == .ok)
        #expect(info.embedding_width == 3 && info.drop_probability == 0.25)
        table.destroy(object)
        #expect(census.alive == 0)
    }

    @Test("Embeddings and given components are written, and nothing beyond them")
    func conditions() throws {
        let (table, object) = try make()
        #expect(condition(table, object) == untouched())
        var wanted = untouched(flags: UInt32(GUD_CONDITION_EMBEDDING))
        wanted.guidance = 2.5
        wanted.embedding = [0, 2, 4, -1, -1]
        #expect(condition(table, object, classIndex: 2) == wanted)
        wanted = untouched(flags: UInt32(GUD_CONDITION_GIVEN))
        wanted.guidance = 1
        wanted.given = [1, 0, 1, 9, 9]
        // (x − μ)/s with μ = 1, 2, 3 and s = 1, 2, 4.
        wanted.values = [4, 2, 1, -1, -1]
        #expect(condition(table, object, observed: ([5, 6, 7, 8], [1, 0, 1, 0])) == wanted)
        table.destroy(object)
    }

    @Test("What it cannot do is an error with its text; an embedding of another width is never written")
    func errors() throws {
        let (table, object) = try make()
        #expect(
            condition(table, object, classIndex: 7)
                == untouched(
                    Answer(status: GUD_ERROR_ARGUMENT, text: "class 7 does not exist; the model knows 0 to 2"), flags: 8
                ))
        #expect(
            condition(table, object, classIndex: 0)
                == untouched(
                    Answer(status: GUD_ERROR_INTERNAL, text: "the embedding: 4 values where 3 are expected"), flags: 8))
        #expect(
            condition(table, object, observed: ([5, 6, 7, 8], []))
                == untouched(
                    Answer(status: GUD_ERROR_ARGUMENT, text: "a function was called without its input"), flags: 8))
        #expect(
            Answer { table.condition(object, nil, nil, $0) }
                == Answer(status: GUD_ERROR_ARGUMENT, text: "the conditioner was called without a request"))
        table.destroy(object)
    }

    @Test("The host's space looks like any other to a plugin; what fails in the host is an error here")
    func lentSpace() throws {
        let space = try ComponentSpace(space.table)
        let direct = try LentSpace.direct()
        #expect(space.mean == direct.mean && space.scale == direct.scale && space.variances == direct.variances)
        #expect(space.basis.shape == .vector(4) && space.basis.componentCount == 3)
        #expect(try space.components(of: [5, 6, 7, 8]) == (try direct.components(of: [5, 6, 7, 8])))
        #expect(space.basis.labels(.level) == [0, 1, 1])
        #expect(space.basis.labels(.row) == nil)
        #expect(throws: BasisError.failed(reason: "this host cannot go back")) { try space.basis.inverse([1, 2, 3]) }
        #expect(throws: BasisError.partialSample(count: 5, dimension: 4)) { try space.basis.forward([1, 2, 3, 4, 5]) }
    }
}
