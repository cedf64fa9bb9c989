import Foundation
import Synchronization
import Testing

@testable import GUDPluginHost

/// The plugins of the fixtures, compiled when a test first asks for them, each once.
enum FixturePlugin {
    /// Whether they can be compiled and tried at all.
    static let isPossible =
        CLibrary.canCompile && FileManager.default.isExecutableFile(atPath: PluginHost.Options.defaultProgram)
    static let skipped: Comment = "there is no gcc to compile the fixtures, or no program 'gud' beside the tests"

    /// The plugin without a fault, under a name of its own.
    static func healthy() throws -> String {
        try compiled("healthy", "faulty.c", ["-DID=\"org.example.healthy\"", "-DNAME=\"healthy\""])
    }

    /// A plugin with one fault; with its basis alone where the fault is not in another component.
    static func faulty(_ fault: String, _ flags: [String] = [], all: Bool = false) throws -> String {
        let key = ([fault] + flags + (all ? ["all"] : [])).joined(separator: " ")
        return try compiled(key, "faulty.c", ["-DFAULT_\(fault)"] + (all ? [] : ["-DONLY_BASIS"]) + flags)
    }

    /// A plugin that says how many calls it takes at once, and notices more.
    static func threads(_ threads: Int) throws -> String {
        try compiled("threads \(threads)", "threads.c", ["-DTHREADS=\(threads)"])
    }

    /// A plugin in C++ that lets an exception out at a place.
    static func throwing(at place: String) throws -> String {
        try compiled("throws at \(place)", "exceptions.cpp", ["-DTHROW_AT=\(place)"])
    }

    /// A plugin of some id and name, and some bytes.
    static func named(_ name: String, id: String, build: Int = 1, _ flags: [String] = []) throws -> String {
        try compiled(
            "\(name) \(id) \(build) \(flags)", "faulty.c",
            ["-DID=\"\(id)\"", "-DNAME=\"\(name)\"", "-DBUILD=\(build)"] + flags)
    }

    private static let made = Mutex<[String: Entry]>([:])

    /// One library, or what went wrong with it.
    private final class Entry: Sendable {
        let path = Mutex<Result<String, any Error>?>(nil)
    }

    private static func compiled(_ key: String, _ source: String, _ flags: [String]) throws -> String {
        let entry = made.withLock { entries in
            let entry = entries[key] ?? Entry()
            entries[key] = entry
            return entry
        }
        return try entry.path.withLock { path in
            let result = path ?? Result { try compile(key, source, flags) }
            path = result
            return try result.get()
        }
    }

    private static func compile(_ key: String, _ source: String, _ flags: [String]) throws -> String {
        let words = key.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "-" }
        let output = "\(FixtureFolder.path)/\(String(words)).so"
        try Tool.run(
            source.hasSuffix(".cpp") ? "g++" : "gcc",
            ["-O1", "-w", "-shared", "-fPIC", "-fvisibility=hidden", "-I", "\(packageRoot)/Sources/CGUDPlugin/include"]
                + flags + ["-o", output, "\(fixtures)/Plugins/\(source)", "-lm"])
        return output
    }
}
