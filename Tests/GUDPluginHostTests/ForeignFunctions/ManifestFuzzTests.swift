import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Mutated manifests: each is read or refused with the typed error, and none opens a library.
@Suite struct ManifestFuzzTests {
    /// `GUD_FUZZ_ITERATIONS` asks for longer runs.
    private static let iterations = Environment["GUD_FUZZ_ITERATIONS"].flatMap { Int($0) } ?? 8000
    private static let seed: UInt64 = 20_250_101

    private static let corpus: [(name: String, text: String)] = {
        let folder = "\(fixtures)/Manifests"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)).map { (name, $0) }
        }
    }()

    /// Words that matter to the reader.
    private static let words = [
        "int32", "float", "pointer", "buffer", "handle", "null", "input", "inplace", "count", "log2(count)", "...",
        "struct",
        "-1", "0", "1e400", ".nan", ".inf", "9223372036854775807", "-9223372036854775808", "1e19", "[", "]", "{", "}",
        ":",
        "- ", "? ", "!!binary", "&a", "*a", "\"", "'", "|", "\n", "\t", "\u{0}", "\u{FEFF}", "é", "~", "<<: ",
        "%YAML 1.1\n---\n",
    ]

    private static func mutate(_ text: String, with random: inout CountedBits) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...random.below(3) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(12) {
            case 0: bytes[place] = UInt8(random.below(256))
            case 1: bytes.insert(contentsOf: words[random.below(words.count)].utf8, at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(12)))
            case 3:
                // A piece of the text comes once more, somewhere else.
                let piece = bytes[place..<min(bytes.count, place + 1 + random.below(80))]
                bytes.insert(contentsOf: Array(piece), at: random.below(bytes.count))
            case 4, 5:
                let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                var kept = lines
                kept.swapAt(random.below(lines.count), random.below(lines.count))
                bytes = Array(kept.joined(separator: [UInt8(ascii: "\n")]))
            case 6: bytes = Array(bytes[..<place])
            case 7, 8: bytes[place] = UInt8(ascii: "a") + UInt8(random.below(26))
            default:
                // A digit becomes another.
                let digits = bytes.indices.filter { (48..<58).contains(bytes[$0]) }
                if !digits.isEmpty { bytes[digits[random.below(digits.count)]] = UInt8(48 + random.below(10)) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("the corpus itself: three are read, one is refused") func corpusIsSound() {
        #expect(Self.corpus.map(\.name) == ["everything.yaml", "minimal.yaml", "planned.yaml", "wrong.yaml"])
        for (name, text) in Self.corpus {
            let isSound = (try? ForeignManifest(text: text, file: name, directory: "/")) != nil
            #expect(isSound == (name != "wrong.yaml"), "\(name)")
        }
    }

    @Test("mutations are read or refused", .enabled(if: CLibrary.canCompile, CLibrary.skipped)) func mutations() throws
    {
        let directory = try TemporaryDirectory()
        let mark = directory.file("opened")
        let library = try CLibrary("constructor.c", flags: ["-DMARK=\"\(mark)\""])
        var random = CountedBits(seed: Self.seed)
        var (read, refused) = (0, 0)
        for iteration in 0..<Self.iterations {
            let (name, text) = Self.corpus[iteration % Self.corpus.count]
            let mutated = Self.mutate(text.replacing("LIBRARY", with: library.path), with: &random)
            do throws(ForeignFunctionError) {
                let manifest = try ForeignManifest(text: mutated, file: name, directory: directory.path)
                _ = manifest.factory().descriptor
                read += 1
            } catch {
                #expect(error.description.hasPrefix("\(name): "), "iteration \(iteration), seed \(Self.seed)")
                refused += 1
            }
        }
        // Mutations must reach both ends to test anything.
        #expect(read > Self.iterations / 100 && refused > Self.iterations / 10, "\(read) read, \(refused) refused")
        #expect(!FileManager.default.fileExists(atPath: mark))
        // The mark works: opening leaves it.
        let minimal = try #require(Self.corpus.first { $0.name == "minimal.yaml" }).text
        let manifest = try ForeignManifest(
            text: minimal.replacing("LIBRARY", with: library.path), file: "minimal.yaml", directory: "/")
        try manifest.checkSamples()
        #expect(FileManager.default.fileExists(atPath: mark))
    }
}

/// Random whole numbers from a seed, the same on every machine.
private struct CountedBits {
    let seed: UInt64
    private var counter: UInt32 = 0

    init(seed: UInt64) { self.seed = seed }

    mutating func below(_ bound: Int) -> Int {
        counter += 1
        let block = Philox4x32.block(
            counter: SIMD4(counter, 0, 0, 0), key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
        return Int((UInt64(block.x) * UInt64(bound)) >> 32)
    }
}
