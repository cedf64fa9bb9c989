import Foundation
import GUDCore
import GUDDigest
import TestSupport
import Testing

@testable import GUDPluginHost

/// Parsers of untrusted bytes against deterministic mutations: a trap ends the test program, a loop hangs it.
///
/// `GUD_FUZZ_ITERATIONS` sets how many, `GUD_FUZZ_SEED` where they begin; iteration *i* depends on the seed and *i*
/// alone.
@Suite("Fuzzing")
struct FuzzTests {
    static let iterations = Environment["GUD_FUZZ_ITERATIONS"].flatMap(Int.init) ?? 20_000
    static let seed = Environment["GUD_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_241_002

    /// Offsets of the numbers that steer the preflight, as the file's own headers give them.
    static func fields(of bytes: Data) -> [Int] {
        var fields = [4, 5, 7, 16, 18, 20, 32, 40, 54, 56, 58, 60]
        let file = ELFBytes(path: "", bytes: bytes)
        guard let header = try? ELFHeader(file) else { return fields }
        for index in 0..<header.count {
            let base = Int(header.programHeaders.offset) + 56 * index
            fields += [0, 4, 8, 16, 32, 40, 48].map { base + $0 }
        }
        guard let segments = try? ELFSegments(header, of: file), let dynamic = segments.dynamic else { return fields }
        for entry in 0..<Int(dynamic.size) / 16 { fields += [0, 8].map { Int(dynamic.offset) + 16 * entry + $0 } }
        guard let known = try? ELFDynamic(segments, of: file) else { return fields }
        for address in [known.gnuHash, known.systemVHash] {
            guard let address, let place = try? segments.place(of: address, "") else { continue }
            fields += (0..<min(16, Int(place.size) / 4)).map { Int(place.offset) + 4 * $0 }
        }
        for symbol in 0..<4 { fields += [0, 4, 5, 6, 8].map { Int(known.symbols.offset) + 24 * symbol + $0 } }
        return fields
    }

    @Test("The ELF preflight returns or throws, whatever the bytes")
    func preflight() throws {
        var seeds: [(name: String, bytes: Data)] = []
        for name in try ELFCorpus.names() { seeds.append((name, try ELFCorpus.bytes(name))) }
        // Valid ones reach the deepest: they are taken as often as all others together.
        let whole = [
            "minimal", "minimal-gnu", "minimal-system-v", "interpreter", "two-segments", "relocations",
            "relocations-relative",
        ]
        var valid = seeds.filter { whole.contains($0.name) }
        if Tool.hasCompiler {
            let folder = try TemporaryDirectory()
            let path = try Tool.compile(
                CompiledELFTests.plugin, ["-shared", "-fPIC", "-Wl,--hash-style=both"], in: folder)
            valid.append(("compiled", try Data(contentsOf: URL(fileURLWithPath: path))))
        }
        var fields: [String: [Int]] = [:]
        for (name, bytes) in seeds + valid { fields[name] = Self.fields(of: bytes) }
        print("fuzzing the ELF preflight: seed \(Self.seed), \(Self.iterations) iterations")
        var accepted = 0
        var refused: [String: Int] = [:]
        for iteration in 0..<Self.iterations {
            var source = MutationSource(seed: Self.seed, stream: iteration)
            let chosen = iteration % 2 == 0 ? valid[source.below(valid.count)] : seeds[source.below(seeds.count)]
            let other = seeds[source.below(seeds.count)].bytes
            let bytes = Mutation.apply(chosen.bytes, fields: fields[chosen.name] ?? [], other: other, &source)
            do throws(ELFError) {
                let image = try ELFImage(bytes: bytes, path: "x.so")
                accepted += 1
                // What is accepted can be asked anything.
                #expect(image.exportedSymbols.allSatisfy { image.export($0.name) != nil }, "iteration \(iteration)")
                #expect(image.unexpectedExports().count <= image.exportedSymbols.count)
                try image.requireFunction()
            } catch {
                #expect(error.description.hasPrefix("'x.so' ") || error.description.hasPrefix("'x.so':"))
                refused[Self.kind(error), default: 0] += 1
            }
        }
        // Mutations that never got through, or were refused for one reason only, would test nothing.
        if Self.iterations >= 5_000 {
            #expect(accepted > Self.iterations / 20)
            #expect(refused.count >= 12, "\(refused)")
        }
    }

    @Test("The trust file's parser returns or throws, and what it accepts it writes back")
    func trustFile() throws {
        let example = """
            {"format": 1, "unpinned": "isolate", "plugins": {"org.example.walsh": {"sha256": "\(SHA256Tests.vectors[0].1)",
            "version": "1.2.0", "isolated": true, "path": "/a/b.so", "date": "2026-01-31T12:00:00Z"}, "é": {"sha256":
            "\(SHA256Tests.vectors[1].1)"}}}
            """
        let fragments = [
            "{", "}", "[", "]", "\"", "\\", "\\ud800", "\\u0000", ",", ":", "null", "true", "1e999", "-0", "1e-400",
            "99999999999999999999", "\u{FEFF}", "\u{0}", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\"format\": 2,",
            "9999-99-99T99:99:99Z", "-0001-01-01T00:00:00Z",
        ]
        let seeds = [example, "{\"format\": 1}", "{\"format\": 1, \"plugins\": {}}"].map { Data($0.utf8) }
        print("fuzzing the trust file: seed \(Self.seed), \(Self.iterations) iterations")
        var accepted = 0
        for iteration in 0..<Self.iterations {
            var source = MutationSource(seed: Self.seed ^ 1, stream: iteration)
            let chosen = seeds[source.below(seeds.count)]
            var bytes = chosen
            if source.below(2) == 0 {
                let place = source.below(bytes.count)
                bytes.insert(contentsOf: fragments[source.below(fragments.count)].utf8, at: place)
            }
            if source.below(3) > 0 { bytes = Mutation.apply(bytes, fields: [], other: chosen, &source) }
            do throws(TrustFileError) {
                let file = try TrustFile(json: bytes, path: "gud.lock")
                accepted += 1
                let again = try? TrustFile(json: file.json(), path: "gud.lock")
                #expect(again == file, "iteration \(iteration): \(String(decoding: bytes, as: UTF8.self))")
            } catch {
                #expect(error.description.hasPrefix("the trust file 'gud.lock'"))
            }
        }
        if Self.iterations >= 5_000 { #expect(accepted > Self.iterations / 50) }
    }

    @Test("Deep nesting neither overflows the stack nor takes for ever")
    func nesting() {
        for depth in [10, 100, 400, 600, 100_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let middle = open == "[" ? "" : "1"
                let text =
                    "{\"format\": 1, \"plugins\": " + String(repeating: open, count: depth) + middle
                    + String(repeating: close, count: depth) + "}"
                #expect(throws: TrustFileError.self) { try TrustFile(json: Data(text.utf8), path: "gud.lock") }
            }
        }
    }

    /// The name of an error's case.
    private static func kind(_ error: ELFError) -> String {
        Mirror(reflecting: error).children.first?.label ?? "\(error)"
    }
}
