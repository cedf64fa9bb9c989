import Foundation
import TestSupport

/// A package that builds this very loader and kit against a header of another version: a host, and a plugin in Swift.
final class MatrixPackage {
    private let folder: TemporaryDirectory

    /// Lays out the package, with the header of this build.
    init() throws {
        folder = try TemporaryDirectory()
        let files = FileManager.default
        try files.copyItem(atPath: fixtures + "/Interface/Matrix", toPath: folder.file("matrix"))
        for target in ["GUDCore", "CPluginSystem", "GUDPluginABI", "GUDPluginKit"] {
            try files.copyItem(atPath: "\(packageRoot)/Sources/\(target)", toPath: path("Sources/\(target)"))
        }
        for target in ["CGUDPlugin", "GUDPluginHost"] {
            try files.createDirectory(atPath: path("Sources/\(target)"), withIntermediateDirectories: true)
        }
        for part in ["CGUDPlugin/include", "CGUDPlugin/layout.c"] + Self.loader {
            try files.copyItem(atPath: "\(packageRoot)/Sources/\(part)", toPath: path("Sources/\(part)"))
        }
        let report = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/MatrixReport.swift"
        try files.copyItem(atPath: report, toPath: path("Sources/host/MatrixReport.swift"))
    }

    /// What of the host reads tables and calls them; the rest needs libraries that have no part in this.
    private static let loader = [
        "Loading", "Adapters", "OpenedPlugin.swift", "PluginError.swift", "String+Printable.swift",
    ].map {
        "GUDPluginHost/\($0)"
    }

    private func path(_ part: String) -> String { folder.file("matrix/\(part)") }

    /// The header that the package is built with.
    var headers: String { path("Sources/CGUDPlugin/include") }

    /// Puts another header in place.
    func replaceHeader(by text: String) throws {
        try text.write(toFile: headers + "/gud_plugin.h", atomically: true, encoding: .utf8)
        // What was built from the old one must not be taken for up to date.
        for target in ["CGUDPlugin", "GUDPluginABI", "GUDPluginKit", "GUDPluginHost", "turn", "host"] {
            try? FileManager.default.removeItem(atPath: path(".build/debug/\(target).build"))
        }
    }

    /// Builds a product, and copies it.
    func build(_ product: String, file: String, to copy: String) throws {
        let swift = try Compiler.path("swift") ?? { throw Compiler.Failure(description: "there is no swift") }()
        // The package manager hands its own settings down to whatever it runs; they are not meant for this package.
        let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SWIFTPM_") }
        try Compiler.succeed(
            swift, ["build", "--package-path", folder.file("matrix"), "--product", product, "--disable-sandbox"],
            environment: environment)
        try FileManager.default.copyItem(atPath: path(".build/debug/\(file)"), toPath: copy)
    }
}
