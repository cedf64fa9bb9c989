import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// What a manifest says wrong, and what it is told: exact messages, with the place; no library is opened.
@Suite struct ForeignManifestTests {
    private func expect(
        _ replacements: (String, String)..., gives expected: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var text = ManifestFixture.text
        for (old, new) in replacements {
            #expect(text.contains(old), sourceLocation: sourceLocation)
            text = text.replacing(old, with: new)
        }
        let given = text
        let error = message(ForeignFunctionError.self, sourceLocation) {
            _ = try ForeignManifest(text: given, file: "f.plugin.yaml", directory: "/d")
        }
        #expect(error == "f.plugin.yaml: \(expected)", sourceLocation: sourceLocation)
    }

    private let forward = "forward: {call: dct_forward, arguments: [buffer: input, buffer: output, size: count]"

    @Test("a manifest says what it is") func identity() throws {
        let manifest = try ForeignManifest(text: ManifestFixture.text, file: "f.plugin.yaml", directory: "/d")
        #expect(manifest.id == "org.example.fixture" && manifest.version == "1.0.0" && manifest.name == "plain-dct")
        #expect(manifest.libraryPath == "/d/./libtransforms.so" && manifest.sampleCount == 1)
        #expect(manifest.factory().descriptor.summary == "A cosine transform in plain C.")
    }

    @Test("files that cannot be read") func files() throws {
        #expect(
            message { _ = try ForeignManifest(contentsOf: "/nowhere/a.plugin.yaml") }
                == "/nowhere/a.plugin.yaml: cannot be read: there is no such file")
        let long = String(repeating: "# a comment\n", count: 6000)
        #expect(
            message { _ = try ForeignManifest(text: long, file: "long", directory: "/") }
                == "long: it is larger than 65536 bytes; a manifest is a short text")
        let deep = String(repeating: "[", count: 5000)
        #expect(
            message { _ = try ForeignManifest(text: deep, file: "deep", directory: "/") }
                == "deep: it is nested more than 32 deep")
        #expect(
            message { _ = try ForeignManifest(text: "a: &b [1]", file: "anchor", directory: "/") }
                == "anchor: anchors (&name) are not allowed; write the value out")
    }

    @Test("unknown, missing and mistyped keys") func keys() {
        expect(
            ("library:", "libary:"),
            gives:
                "libary: unknown key; did you mean 'library'? known keys: plugin, version, license, library, install, basis"
        )
        expect(("version: 1.0.0\n", ""), gives: "version: missing; give a text (the plugin's version, such as 1.0.0)")
        expect(("version: 1.0.0", "version: 1.0"), gives: "version: '1.0' is not a text")
        expect(
            ("plugin: org.example.fixture", "plugin: org/example"),
            gives: "plugin: 'org/example' is not an id (letters, digits, dots, hyphens)")
        expect(
            ("forward: {call:", "forward: {cal:"),
            gives:
                "basis.forward.cal: unknown key; did you mean 'call'? known keys: call, arguments, returns, succeeds, scale"
        )
        expect(("shape: vector", "shape: cube"), gives: "basis.shape: 'cube' is not one of vector, image, any")
        expect(
            ("concurrency: concurrent", "concurrency: parallel"),
            gives: "basis.concurrency: 'parallel' is not one of concurrent, serial, global")
        expect(
            ("labels: {frequency: dct}", "labels: {frequency: dst}"),
            gives: "basis.labels.frequency: 'dst' is not one of dct, periodic")
        expect(
            ("name: plain-dct", "name: Plain DCT"),
            gives: "basis.name: 'Plain DCT' is not a name (letters, digits, -, _, + and .)")
    }

    @Test("types of arguments") func types() {
        func argument(_ argument: String, gives expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
            expect(
                (forward, forward.replacing("size: count", with: argument)),
                gives: "basis.forward.arguments[2]\(expected)", sourceLocation: sourceLocation)
        }
        let known = "int32, uint32, int64, uint64, size, float, double, pointer, buffer, handle"
        argument("in32: count", gives: ".in32: in32 is not a type; did you mean 'int32'? known: \(known)")
        argument("quaternion: 1", gives: ".quaternion: quaternion is not a type; known: \(known)")
        argument(
            "int: count",
            gives:
                ".int: int is refused: say a width that C passes as it is: int32 for int, uint32 for unsigned, int64 for long"
        )
        argument(
            "...",
            gives:
                ": ... is refused: variable arguments are promoted and passed in another way; write a C function around "
                + "the call")
        argument(
            "struct: 1",
            gives:
                ".struct: struct is refused: structures by value have no layout here; write a C function that takes its fields"
        )
        argument(
            "long double: 1",
            gives:
                ".long double: long double is refused: long double differs from machine to machine; write a C function that "
                + "takes a double")
        argument(
            "complex float: 1",
            gives: ".complex float: complex float is refused: complex numbers by value are passed differently by each "
                + "compiler; bases are real")
        argument(
            "int32: 3000000000",
            gives: ".int32: 3000000000 does not fit into int32; allowed: -2147483648 to 2147483647")
        argument("uint32: -1", gives: ".uint32: -1 does not fit into uint32; allowed: 0 to 4294967295")
        argument("size: -1", gives: ".size: -1 does not fit into size; allowed: 0 to 9223372036854775807")
        argument("float: 1.0e+39", gives: ".float: 1e+39 does not fit into float; allowed: finite numbers")
        argument("int32: 1.5", gives: ".int32: '1.5' is not a whole number, a size or a parameter")
        argument(
            "int32: conut",
            gives: ".int32: conut is neither a size nor a parameter; did you mean 'count'? known: count, log2(count)")
        argument("int32: width", gives: ".int32: width is not known for shape: vector; known: count, log2(count)")
        argument("pointer: 64", gives: ".pointer: 64 is refused: the only pointer constant is null")
        argument("pointer: plan", gives: ".pointer: plan is not a saved handle; nothing is saved before this call")
        argument("pointer: input", gives: ".pointer: input is a buffer; write 'buffer: input'")
        argument("buffer: both", gives: ".buffer: 'both' is not one of input, output, inplace")
        argument("count", gives: ": 'count' is not one 'type: value', for example 'int32: count'")
    }

    @Test("roles, results and handles of calls") func calls() {
        expect(
            (forward, "forward: {call: dct_forward, arguments: [buffer: input, size: count]"),
            gives:
                "basis.forward.arguments: [input] as buffers; forward takes 'buffer: input' and 'buffer: output', or "
                + "'buffer: inplace'")
        expect(
            (forward, "forward: {call: dct_forward, arguments: [buffer: input, buffer: output, buffer: output]"),
            gives:
                "basis.forward.arguments: [input, output, output] as buffers; forward takes 'buffer: input' and 'buffer: "
                + "output', or 'buffer: inplace'")
        expect(
            (
                forward,
                "forward: {call: f, arguments: [\(Array(repeating: "int32: 1", count: 17).joined(separator: ", "))]"
            ),
            gives: "basis.forward.arguments: 17 arguments are too many; at most 16")
        expect(
            (forward, forward + ", returns: complex"),
            gives: "basis.forward.returns: complex is refused: complex numbers by value are passed differently by each "
                + "compiler; bases are real")
        expect(
            (forward, forward + ", succeeds: zero"),
            gives: "basis.forward.succeeds: zero needs a call that returns an integer")
        expect(
            (forward, forward + ", returns: int32, succeeds: nonnull"),
            gives: "basis.forward.succeeds: nonnull needs a call that returns: pointer")
        expect(
            (forward, forward.replacing("size: count", with: "handle: plan")),
            gives: "basis.forward.arguments: plan is a new handle; only set-up makes handles")
        expect(
            ("call: dct_forward", "call: dct-forward"),
            gives: "basis.forward.call: 'dct-forward' is not a name in C (letters, digits, underscores)")
        expect(
            ("  forward:", "  setup: [{call: make, returns: int32, save: plan}]\n  forward:"),
            gives: "basis.setup[0].save: plan saves no handle unless the call returns: pointer")
        expect(
            ("  forward:", "  setup: [{call: make, returns: pointer, save: count}]\n  forward:"),
            gives: "basis.setup[0]: count is a name already; choose another")
        expect(
            ("  forward:", "  teardown: [{call: drop, arguments: [buffer: input]}]\n  forward:"),
            gives: "basis.teardown[0].arguments: [input] are buffers; teardown has none")
        expect(
            (
                "  forward:",
                "  setup: [{call: make, returns: pointer, save: plan}]\n  teardown: [{call: drop, arguments: [pointer: plam]}]\n"
                    + "  forward:"
            ),
            gives:
                "basis.teardown[0].arguments[0].pointer: plam is not a saved handle; did you mean 'plan'? saved: plan")
        expect(
            (forward, forward + ", scale: 1/sqrt(cuont)"),
            gives:
                "basis.forward.scale: 1/sqrt(cuont) is not a rule; did you mean '1/sqrt(count)'? known: a number, 1/count, "
                + "sqrt(count), 1/sqrt(count), sqrt(2/count), 2/count, redft10, redft01, r2hc, hc2r")
        expect(
            (forward, forward + ", scale: 0"), gives: "basis.forward.scale: 0 is no scale; give a finite number, not 0")
    }

    @Test("buffers: direct leaves no room for conversions") func direct() {
        expect(
            ("shape: vector", "shape: vector\n  buffers: direct\n  elements: double"),
            gives: "basis.buffers: direct is not possible with elements: double; use copied")
        expect(
            ("shape: vector", "shape: vector\n  buffers: direct"), ("buffer: input, buffer: output", "buffer: inplace"),
            gives: "basis.buffers: direct is not possible with in-place functions; use copied")
        expect(
            ("shape: vector", "shape: vector\n  buffers: direct"),
            ("dct_inverse,", "dct_inverse, scale: redft01,"),
            gives: "basis.buffers: direct is not possible with a scale for each component in inverse; use copied")
    }

    @Test("parameters") func parameters() {
        func parameter(_ text: String, gives expected: String, sourceLocation: SourceLocation = #_sourceLocation) {
            expect(
                ("  forward:", "  parameters: {\(text)}\n  forward:"), gives: "basis.parameters.\(expected)",
                sourceLocation: sourceLocation)
        }
        parameter(
            "a: {type: int, documentation: A.}", gives: "a.type: 'int' is not one of integer, number, boolean, choice")
        parameter("a: {type: integer}", gives: "a.documentation: missing; give a text (one sentence for people)")
        parameter(
            "a: {type: integer, default: 9, range: [0, 3], documentation: A.}",
            gives: "a.default: 9 is out of range; allowed: 0 to 3")
        parameter(
            "a: {type: integer, range: [3, 0], documentation: A.}",
            gives: "a.range: '[3.0, 0.0]' is not [smallest, largest]")
        parameter(
            "a: {type: choice, values: {low: 0, high: 1}, default: mid, documentation: A.}",
            gives: "a.default: 'mid' is not one of high, low")
        parameter(
            "count: {type: integer, documentation: A.}", gives: "count: count is the name of a size; choose another")
        parameter(
            "isolated: {type: boolean, default: false, documentation: A.}",
            gives: "isolated: isolated is a name of GUD's own; choose another")
        expect(
            ("  forward:", "  parameters: {a: {type: number, default: 1, documentation: A.}}\n  forward:"),
            (forward, forward.replacing("size: count", with: "size: a")),
            gives: "basis.forward.arguments[2].size: a is a parameter of type number; size takes a whole number")
    }

    @Test("sample pairs") func samples() {
        let sample = "{shape: [4], input: [1, 2, 3, 4]"
        expect(
            (sample, "{shape: [5], input: [1, 2, 3, 4]"),
            gives: "basis.samples[0].input: 4 scalars do not fill shape 5; give 5")
        expect(
            (sample, "{shape: [3037000500, 3037000500], input: [1, 2, 3, 4]"),
            gives:
                "basis.samples[0].shape: [3037000500, 3037000500] is no shape; give [count], [height, width] or [height, "
                + "width, channels], a million scalars at most")
        expect(
            (sample, "{shape: [4], input: [1, 2, 3, four]"),
            gives: "basis.samples[0].input: '[1, 2, 3, four]' is not a list, each entry a number")
        expect(
            ("tolerance: 1.0e-6", "tolerance: 2"),
            gives: "basis.samples[0].tolerance: 2.0 is out of range; allowed: 0 to 1")
        let without = ManifestFixture.text.split(separator: "\n").dropLast(2).joined(separator: "\n")
        #expect(
            message { _ = try ForeignManifest(text: without, file: "f", directory: "/") }
                == "f: basis.samples: missing; give a list of {shape, input, output} (a wrong signature shows in nothing else)"
        )
    }
}
