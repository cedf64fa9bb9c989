import Testing

@testable import GUDPluginHost

#if canImport(Glibc)
import Glibc
#endif

/// With guard pages the check of the sample pairs dies where a function leaves its buffers.
///
/// Each test runs in a process of its own.
@Suite(.enabled(if: CLibrary.canCompile, CLibrary.skipped)) struct GuardPageTests {
    @Test("a function that runs past its output dies at the page behind it") func output() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let manifest = try ManifestFixture.manifest(
                forward: "call: runs_away, arguments: [buffer: input, buffer: output, size: count]",
                sample: "{shape: [4], input: [1, 2, 3, 4], output: [1, 2, 3, 4]}")
            try manifest.checkSamples()
        }
    }

    @Test("functions in double on buffers of floats die there as well") func elements() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let ones = "[\(Array(repeating: "1", count: 64).joined(separator: ", "))]"
            let manifest = try ManifestFixture.manifest(
                forward: "call: dct_forward_double, arguments: [buffer: input, buffer: output, size: count]",
                sample: "{shape: [64], input: \(ones), output: \(ones)}")
            try manifest.checkSamples()
        }
    }

    @Test("with direct buffers, one scalar too many is one too many") func direct() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let manifest = try ManifestFixture.manifest(
                forward: "call: one_too_many, arguments: [buffer: input, buffer: output, size: count]",
                lines: "  buffers: direct")
            try manifest.checkSamples()
        }
    }
}
