import ConformanceCheckers
import GUDBases
import GUDCore
import Testing

@testable import GUDPluginHost

/// Handles: made in set-up, passed to the transforms, destroyed with the object, and missing where set-up fails.
@Suite(.enabled(if: CLibrary.canCompile, CLibrary.skipped)) struct ForeignSetupTests {
    private let cosine = "{shape: [4], input: [1, 2, 3, 4], output: [5, -2.2304425, 0, -0.15851266]}"
    private let teardown = "  teardown: [{call: plan_destroy, arguments: [pointer: plan]}]"
    private let parameters =
        "  parameters: {flags: {type: integer, default: 0, range: [0, 100], documentation: Flags of the planner.}}"

    private func manifest(_ setup: String, in library: CLibrary, scale: String = "1") throws -> ForeignManifest {
        try ManifestFixture.manifest(
            forward: "call: plan_forward, arguments: [pointer: plan, buffer: input, buffer: output], scale: \(scale)",
            inverse: "call: plan_inverse, arguments: [pointer: plan, buffer: input, buffer: output]",
            sample: cosine, lines: "\(parameters)\n  setup: [\(setup)]\n\(teardown)", library: library)
    }

    private let create =
        "{call: plan_create, arguments: [int32: count, uint32: flags, buffer: input, buffer: output, double: 1], "
        + "returns: pointer, save: plan}"
    private let open =
        "{call: plan_open, arguments: [handle: plan, int64: count, uint32: flags], returns: int32, succeeds: zero}"

    private func alive(_ library: CLibrary) throws -> Int32 {
        try library.function("plans_alive", as: (@convention(c) () -> Int32).self)()
    }

    @Test("a returned handle and one that is put in place work alike, and are destroyed with the object")
    func handles() throws {
        for setup in [create, open] {
            let library = try CLibrary("transforms.c")
            let manifest = try manifest(setup, in: library)
            try manifest.checkSamples()
            #expect(try alive(library) == 0)
            try useTwo(manifest, library)
            #expect(try alive(library) == 0)
            // The laws' threads may hold the basis a little longer than the laws, so that nothing is counted after
            // them.
            for count in [9, 16] {
                let basis = try manifest.makeBasis(shape: .vector(count))
                for finding in BasisLaws(basis).findings() where !finding.passed { Issue.record("\(finding)") }
            }
        }
    }

    /// Makes two bases, and lets them go.
    private func useTwo(_ manifest: ForeignManifest, _ library: CLibrary) throws {
        let bases = try [9, 16].map { try manifest.makeBasis(shape: .vector($0)) }
        #expect(try alive(library) == 2)
        #expect(abs(try bases[0].forward([Float](repeating: 1, count: 9))[0] - 3) < 1e-6)
        #expect(abs(try bases[1].forward([Float](repeating: 1, count: 16))[0] - 4) < 1e-6)
    }

    @Test("set-up that fails says how, and undoes what was made before")
    func failures() throws {
        let library = try CLibrary("transforms.c")
        func failure(_ setup: String, flags: Int) throws -> String? {
            let manifest = try manifest(setup, in: library)
            return message { _ = try manifest.makeBasis(shape: .vector(4), parameters: ["flags": .integer(flags)]) }
        }
        #expect(
            try failure(create, flags: 99) == "'plan_create' gave NULL for 'plan'; the library refuses these arguments")
        #expect(try failure(open, flags: 97) == "'plan_open' gave NULL for 'plan'; the library refuses these arguments")
        #expect(
            try failure(open, flags: 98)
                == "'plan_open' returned 5, and 0 means success; the library refuses these arguments")
        // The first succeeds, the second does not; teardown destroys the first.
        let second = open.replacing("handle: plan", with: "handle: other")
        #expect(
            try failure("\(create), \(second)", flags: 98)
                == "'plan_open' returned 5, and 0 means success; the library refuses these arguments")
        #expect(try alive(library) == 0)
    }

    @Test("a number that only the shape gives must fit its type")
    func argumentOutOfRange() throws {
        let manifest = try ManifestFixture.manifest(
            forward: "call: sixteen, arguments: [buffer: input, buffer: output, size: shift]",
            sample: "{shape: [2], input: [1, 2], output: [1, 2], parameters: {shift: 0}}",
            lines: "  parameters: {shift: {type: integer, documentation: A shift.}}")
        #expect(
            message { _ = try manifest.makeBasis(shape: .vector(2), parameters: ["shift": .integer(-3)]) }
                == "argument 2 of 'sixteen': shift = -3 does not fit into size; allowed: 0 to 9223372036854775807")
        #expect(
            message(ParameterError.self) { _ = try manifest.makeBasis(shape: .vector(2)) }
                == "basis.shift: missing; give a whole number (A shift.)")
    }
}
