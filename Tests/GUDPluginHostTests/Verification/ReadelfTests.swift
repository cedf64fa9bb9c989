import Foundation
import TestSupport
import Testing

@testable import GUDPluginHost

/// Another implementation of the same reading: binutils' `readelf`.
@Suite("The preflight agrees with readelf", .enabled(if: Tool.hasReadelf, "readelf is not installed"))
struct ReadelfTests {
    struct Reading: Equatable {
        var exports: [String] = []
        var undefined: [String] = []
        var needed: [String] = []
        var soname: String?

        /// What readelf prints of a file.
        init(readelf path: String) throws {
            let text = try Tool.run("readelf", ["-W", "--dyn-syms", "-d", path])
            var (exports, undefined): (Set<String>, Set<String>) = ([], [])
            for line in text.split(separator: "\n") {
                // Where a stripped file does not say that it is for GNU systems, readelf gives GNU's types and bindings
                // by number.
                let words = line.replacing("<OS specific>: 10", with: "GNU10").split(separator: " ").map(String.init)
                if line.contains("(NEEDED)") { needed.append(Self.bracketed(line)) }
                if line.contains("(SONAME)") { soname = Self.bracketed(line) }
                // Num: Value Size Type Bind Vis Ndx Name@Version
                guard words.count >= 8, words[0].hasSuffix(":"), Int(words[0].dropLast()) != nil,
                    ["GLOBAL", "WEAK", "UNIQUE", "GNU10"].contains(words[4]),
                    ["NOTYPE", "OBJECT", "FUNC", "COMMON", "TLS", "IFUNC", "GNU10"].contains(words[3])
                else { continue }
                let name = String(words[7].prefix { $0 != "@" })
                if words[6] == "UND" {
                    undefined.insert(name)
                } else if ["DEFAULT", "PROTECTED"].contains(words[5]) {
                    exports.insert(name)
                }
            }
            self.exports = exports.sorted()
            self.undefined = undefined.sorted()
        }

        /// What the preflight says of a file.
        init(preflight path: String) throws {
            let plugin = try PluginBytes(contentsOf: path)
            let image = try ELFImage(bytes: plugin.bytes, path: path)
            exports = image.exportedSymbols.map(\.name)
            undefined = image.undefinedSymbols.sorted()
            needed = image.neededLibraries
            soname = image.soname
        }

        private static func bracketed(_ line: Substring) -> String {
            String(line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })
        }
    }

    private func compare(_ path: String) throws -> Reading {
        let (mine, theirs) = (try Reading(preflight: path), try Reading(readelf: path))
        #expect(mine == theirs, "\(path)")
        return theirs
    }

    @Test(
        "A freshly compiled library with hidden, weak, protected, thread-local and undefined symbols",
        .enabled(if: Tool.hasCompiler, "gcc is not installed"), arguments: ["gnu", "sysv", "both"])
    func compiled(style: String) throws {
        let source = """
            #include <math.h>
            __attribute__((visibility("hidden"))) int hidden_one(int x) { return x; }
            __attribute__((visibility("protected"))) int protected_one(int x) { return hidden_one(x); }
            __attribute__((weak)) int weak_one(int x) { return x; }
            extern int nowhere(int x);
            static int local_one(int x) { return x; }
            _Thread_local int per_thread;
            const char text[] = "text";
            int common_one;
            static int (*choose(void))(int) { return local_one; }
            int chosen(int x) __attribute__((ifunc("choose")));
            double gud_plugin_entry(double x) { return cos(x) + nowhere(local_one(1)); }
            """
        let folder = try TemporaryDirectory()
        let options = [
            "-shared", "-fPIC", "-Wl,--hash-style=\(style)", "-Wl,-soname,libmine.so.1", "-Wl,--no-as-needed", "-lm",
        ]
        let reading = try compare(Tool.compile(source, options, in: folder))
        #expect(reading.exports.count == 7, "\(reading.exports)")
        #expect(reading.undefined.contains("nowhere"))
        #expect(reading.needed.contains("libm.so.6"))
        #expect(reading.soname == "libmine.so.1")
        let stripped = try compare(Tool.compile(source, options + ["-Wl,-s"], in: folder))
        #expect(stripped.exports == reading.exports)
    }

    static let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]
    static let libraries = folders.flatMap { folder in
        [
            "libz.so.1", "libpng16.so.16", "libc.so.6", "libm.so.6", "libstdc++.so.6", "libcrypto.so.3", "libffi.so.8",
            "libopenblas.so.0", "libgcc_s.so.1", "ld-linux-x86-64.so.2",
        ].map { "\(folder)/\($0)" }
    }.filter(FileManager.default.fileExists(atPath:))

    @Test("Libraries of the system", .enabled(if: !libraries.isEmpty, "no known library"), arguments: libraries)
    func system(path: String) throws {
        let reading = try compare(path)
        #expect(!reading.exports.isEmpty)
    }
}
