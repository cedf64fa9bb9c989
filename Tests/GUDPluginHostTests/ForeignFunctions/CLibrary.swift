import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// C sources of the fixtures, compiled with gcc when a test first asks.
struct CLibrary: Sendable {
    /// Whether there is a compiler.
    static let canCompile = compiler != nil
    static let skipped: Comment = "there is no gcc to compile the C fixtures"

    private static let compiler = ["/usr/bin/gcc", "/usr/bin/cc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    static let transforms = Result { try CLibrary("transforms.c") }
    static let callbacks = Result { try CLibrary("callbacks.c") }

    let directory: TemporaryDirectory
    /// The compiled library.
    let path: String

    /// Compiles a source to `lib<name>.so` in a directory of its own.
    init(_ source: String, flags: [String] = [], in folder: String? = nil) throws {
        directory = try TemporaryDirectory()
        let name = source.split(separator: ".")[0]
        path = directory.file("lib\(name).so")
        let gcc = Process()
        gcc.executableURL = URL(fileURLWithPath: try #require(Self.compiler))
        let folder = folder ?? fixtures + "/ForeignFunctions"
        gcc.arguments = ["-O2", "-shared", "-fPIC"] + flags + ["-o", path, "\(folder)/\(source)", "-lm"]
        try gcc.run()
        gcc.waitUntilExit()
        try #require(gcc.terminationStatus == 0, "gcc refuses \(source)")
    }

    /// A function of the library, of a C function type.
    func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
        let handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
        return unsafeBitCast(try #require(dlsym(handle, name)), to: type)
    }
}

/// The folder of the fixtures.
let fixtures =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

/// The root of the package.
let packageRoot = URL(fileURLWithPath: fixtures).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
