import ConformanceCheckers
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Wrong signatures, roles, counts and symbols: what each is told.
@Suite(.enabled(if: CLibrary.canCompile, CLibrary.skipped)) struct ForeignSampleTests {
    private let remedy = "correct the signatures, the arguments' roles or the scale in the manifest"

    @Test("a wrong sample pair, either way")
    func wrongPair() throws {
        let manifest = try ManifestFixture.manifest(
            ("[5, -2.2304425, 0, -0.15851266]", "[5, 2.2304425, 0, -0.15851266]"))
        #expect(
            message { try manifest.checkSamples() }
                == "f.plugin.yaml: basis.samples[0]: forward gives -2.2304425 at index 1, expected 2.2304425 within 1e-06 of "
                + "the largest; \(remedy)")
        let inverse = try ManifestFixture.manifest(("{call: dct_inverse", "{call: dct_forward"))
        #expect(
            message { try inverse.checkSamples(guardPages: false) }?
                .hasPrefix("f.plugin.yaml: basis.samples[0]: inverse gives 1.30") == true)
    }

    @Test("a function that takes a double, declared as float: passes the round trip, fails the sample pair")
    func doubleAsFloat() throws {
        // cos 1 and sin 1; a reflection undoes itself at any angle, so that no round trip can tell.
        let sample = "{shape: [2], input: [1, 0], output: [0.5403023, 0.84147098]}"
        func manifest(_ type: String, _ angle: String = "1") throws -> ForeignManifest {
            try ManifestFixture.manifest(
                forward: "call: reflect, arguments: [buffer: input, buffer: output, int32: count, \(type): \(angle)]",
                sample: sample)
        }
        try manifest("double").checkSamples()
        let wrong = try manifest("float")
        let error = message { try wrong.checkSamples() }
        #expect(error?.hasPrefix("f.plugin.yaml: basis.samples[0]: forward gives ") == true)
        #expect(error?.hasSuffix(" at index 0, expected 0.5403023 within 1e-05 of the largest; \(remedy)") == true)
        // 1.0f in the lower half of the register is, as a double, an angle of 5e-315, if the upper half is zero.
        // Whatever it is, the round trip is perfect.
        for angle in ["5.26e-315", "1", "-77"] {
            let basis = try manifest("double", angle).makeBasis(shape: .vector(2))
            let back = try basis.inverse(basis.forward([3, 4]))
            #expect(abs(back[0] - 3) < 1e-6 && abs(back[1] - 4) < 1e-6)
        }
    }

    @Test("double elements declared as float, and a constant of the wrong role")
    func wrongTypes() throws {
        let doubles = try ManifestFixture.manifest(
            ("dct_forward,", "dct_forward_double,"), ("size: count", "size: 2"))
        // Half the count keeps the wrong reading inside the buffers.
        #expect(message { try doubles.checkSamples() }?.contains("basis.samples[0]: forward gives ") == true)
        let swapped = try ManifestFixture.manifest(
            (
                "dct_forward, arguments: [buffer: input, buffer: output",
                "dct_forward, arguments: [buffer: output, buffer: input"
            ))
        #expect(
            message { try swapped.checkSamples() }
                == "f.plugin.yaml: basis.samples[0]: forward gives nan at index 0, expected 5.0 within 1e-06 of the largest; "
                + remedy)
    }

    @Test("a count that is too small leaves NaN; a status is told; wrong numbers of arguments show in the pair")
    func wrongCounts() throws {
        let short = try ManifestFixture.manifest(("size: count", "size: 2"))
        #expect(message { try short.checkSamples() }?.contains("basis.samples[0]: forward gives 2.1213") == true)
        let status = try ManifestFixture.manifest(
            ("dct_forward,", "dct_forward_status, returns: int32, succeeds: zero,"), ("size: count", "int32: 3"))
        #expect(
            message { try status.checkSamples() }
                == "f.plugin.yaml: basis.samples[0]: forward: the basis failed: 'dct_forward_status' returned 7, and 0 means "
                + "success")
        let made = try status.makeBasis(shape: .vector(4))
        #expect(
            message(BasisError.self) { _ = try made.forward([1, 2, 3, 4]) }
                == "the basis failed: 'dct_forward_status' returned 7, and 0 means success")
        // The angle that is not passed is whatever the register holds.
        let fewer = try ManifestFixture.manifest(
            forward: "call: reflect, arguments: [buffer: input, buffer: output, int32: count]",
            sample: "{shape: [2], input: [1, 0], output: [0.5403023, 0.84147098]}")
        #expect(message { try fewer.checkSamples() }?.contains("basis.samples[0]: forward gives ") == true)
    }

    @Test("one scalar too many, or one before the first, breaks a seal")
    func outside() throws {
        let text = "wrote outside its buffers; correct its counts, its buffers' roles or 'elements' in the manifest"
        for function in ["one_too_many", "one_before"] {
            let manifest = try ManifestFixture.manifest(
                forward: "call: \(function), arguments: [buffer: input, buffer: output, size: count]")
            #expect(
                message { try manifest.checkSamples() }
                    == "f.plugin.yaml: basis.samples[0]: forward: the basis failed: '\(function)' \(text)")
            let made = try manifest.makeBasis(shape: .vector(2))
            #expect(
                message(BasisError.self) { _ = try made.forward([1, 2]) } == "the basis failed: '\(function)' \(text)")
        }
    }

    @Test("a function that writes its input works on copies, and is refused with direct buffers")
    func inputWritten() throws {
        let call = "call: writes_input, arguments: [buffer: input, buffer: output, size: count]"
        try ManifestFixture.manifest(forward: call).checkSamples()
        #expect(
            message { try ManifestFixture.manifest(forward: call, lines: "  buffers: direct").checkSamples() }
                == "f.plugin.yaml: basis.samples[0]: forward: the basis failed: 'writes_input' overwrites its input at index "
                + "0; use buffers: copied")
    }

    @Test("missing symbols suggest the nearest function; data are no functions")
    func symbols() throws {
        let library = try CLibrary.transforms.get().directory.path + "/./libtransforms.so"
        let misspelt = try ManifestFixture.manifest(("dct_forward", "dct_forwrad"))
        #expect(
            message { try misspelt.checkSamples() }
                == "library '\(library)' has no function 'dct_forwrad'; did you mean 'dct_forward'?")
        let unknown = try ManifestFixture.manifest(("dct_forward", "quaternion_julia"))
        #expect(
            message { try unknown.checkSamples() }
                == "library '\(library)' has no function 'quaternion_julia'; correct 'call' in the manifest")
        let data = try ManifestFixture.manifest(("dct_forward", "not_a_function"))
        #expect(
            message { try data.checkSamples() }
                == "'not_a_function' of library '\(library)' is not a function; correct 'call' in the manifest")
    }

    @Test("missing libraries give the loader's reason and the remedy")
    func libraries() throws {
        let missing = try ManifestFixture.manifest(("./libtransforms.so", "libgud-missing.so.9"))
        #expect(
            message { try missing.checkSamples() }
                == "library 'libgud-missing.so.9' cannot be opened: libgud-missing.so.9: cannot open shared object file: No "
                + "such file or directory; install it with your package manager, or correct 'library' in the manifest")
        let hinted = try ManifestFixture.manifest(
            ("./libtransforms.so", "libgud-missing.so.9\ninstall: apt-get install libgud-missing9"))
        #expect(
            message { try hinted.checkSamples() }?.hasSuffix("; install it: apt-get install libgud-missing9") == true)
    }
}
