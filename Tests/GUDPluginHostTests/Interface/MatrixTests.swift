import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// Plugins built against version 1.0 of the interface and a synthetic 1.1, in hosts of both.
///
/// The host of version 1.0 is this process. That of 1.1 is the same source, built against the other header; it is built
/// once.
@Suite("The matrix of versions", .serialized, .enabled(if: Matrix.skipped == nil, "\(Matrix.skipped ?? "")"))
struct MatrixTests {
    /// What the bases compute, in whatever language and version: worked out by numpy in single precision.
    static let basisNumbers = """
        forward 40000000 bf800000 3da3d709 3d75c296 4020d97c 3ff1463b 608ac723 60502ab5
        inverse beccccce c00ccccd 3da3d70d bd75c28a 4020d97c bff1463b 608ac723 e0502ab5
        labels [0.0, 0.0, 1.0, 1.0], none

        """
    /// What the denoiser computes of one state for all samples, and of one for each.
    static let denoiserNumbers = """
        noise 3eb504f3 bf5ae291 3d4034d8 327b8356 3f8e2c19 80000000 6022ce20 405a9fb1
        noise 3eb504f3 bf5ae291 3d4034d8 327b8356 3fabe972 80000000 60294f11 405df9f6

        """

    @Test("A plugin in C gives the same numbers in all four, and uses what both sides know")
    func inC() throws {
        let matrix = try Matrix.shared.get()
        for minor in 0...1 {
            let plugin = matrix.folder.file("turn-1.\(minor).so")
            for host in 0...1 {
                let report = try matrix.report(plugin, host: host)
                let answer = minor == 1 && host == 1 ? 42 : 0
                let note =
                    minor == 1 ? "note: component 1 is of kind 5, which this program does not know: left out\n" : ""
                let description = """
                    org.example.turn 1.0.0, interface 1.\(minor), \
                    toolkit c, interface 1.\(minor), host 1.\(host), answer \(answer)
                    brings basis/turn: Turns pairs of scalars.
                    brings denoiser/halve: Takes half for noise.

                    """
                #expect(
                    report == description + note + Self.basisNumbers + Self.denoiserNumbers,
                    "plugin 1.\(minor), host 1.\(host)")
            }
        }
    }

    @Test("A plugin in Swift gives the same numbers in all four")
    func inSwift() throws {
        let matrix = try Matrix.shared.get()
        for minor in 0...1 {
            for host in 0...1 {
                let report = try matrix.report(matrix.folder.file("swift-turn-1.\(minor).so"), host: host)
                let description = """
                    org.example.swift-turn 1.0.0, interface 1.\(minor), toolkit GUDPluginKit \(GUDVersion.current)
                    brings basis/turn: Turns pairs of scalars.

                    """
                #expect(report == description + Self.basisNumbers, "plugin 1.\(minor), host 1.\(host)")
            }
        }
    }

    @Test("A plugin of version 2.0 is refused by both: what was expected, what there is, what to do")
    func nextMajor() throws {
        let matrix = try Matrix.shared.get()
        for host in 0...1 {
            #expect(
                try matrix.report(matrix.folder.file("turn-2.0.so"), host: host)
                    == "plugin 'turn-2.0.so' cannot be used: expected version 1.x of the plugin interface, "
                    + "got 2.0; build the plugin anew with this program's gud_plugin.h\n")
            #expect(
                try matrix.report(matrix.folder.file("stale-2.0.so"), host: host)
                    == "plugin 'stale-2.0.so' cannot be loaded: expected a host of version 2, got 1\n")
        }
    }

    @Test("A table that ends before a required function is refused, naming what is missing")
    func shortTables() throws {
        let matrix = try Matrix.shared.get()
        let missing = [
            "create": "create, destroy, info, forward, inverse", "forward": "forward, inverse", "inverse": "inverse",
        ]
        for (field, functions) in missing {
            for host in 0...1 {
                #expect(
                    try matrix.report(matrix.folder.file("short-\(field).so"), host: host)
                        == "plugin 'short-\(field).so' breaks the contract: basis/turn lacks \(functions)\n")
            }
        }
        // What ends behind the last required one is whole; its labels are out of reach.
        for host in 0...1 {
            let report = try matrix.report(matrix.folder.file("short-labels.so"), host: host)
            #expect(report.contains("\nlabels none, none\n"))
            #expect(report.contains("\nforward "))
        }
    }
}

/// Everything that the matrix needs, made once.
private final class Matrix: Sendable {
    static let shared = Result { try Matrix() }

    static let skipped: String? =
        ProcessInfo.processInfo.environment["GUD_SKIP_MATRIX"] != nil
        ? "GUD_SKIP_MATRIX is set" : ["gcc", "swift", "awk"].first { !Compiler.has($0) }.map { "there is no \($0)" }

    let folder: TemporaryDirectory

    private init() throws {
        folder = try TemporaryDirectory()
        let header = try String(contentsOfFile: Compiler.header, encoding: .utf8)
        let next = try Compiler.succeed(fixtures + "/Interface/make-interface-1.1.sh", [Compiler.header])
        for (version, text) in [
            ("1.0", header), ("1.1", next),
            ("2.0", header.replacingOccurrences(of: "#define GUD_ABI_MAJOR 1", with: "#define GUD_ABI_MAJOR 2")),
        ] {
            let headers = folder.file("include-\(version)")
            try FileManager.default.createDirectory(atPath: headers, withIntermediateDirectories: true)
            try text.write(toFile: headers + "/gud_plugin.h", atomically: true, encoding: .utf8)
            try compile("turn-\(version).so", headers)
        }
        try compile("stale-2.0.so", folder.file("include-2.0"), ["-DSTALE"])
        for field in ["create", "forward", "inverse", "labels"] {
            try compile("short-\(field).so", folder.file("include-1.0"), ["-DSHORT=\(field)"])
        }
        let package = try MatrixPackage()
        try package.build("turn", file: "libturn.so", to: folder.file("swift-turn-1.0.so"))
        try package.replaceHeader(by: next)
        try package.build("turn", file: "libturn.so", to: folder.file("swift-turn-1.1.so"))
        try package.build("host", file: "host", to: folder.file("host-1.1"))
    }

    private func compile(_ output: String, _ headers: String, _ flags: [String] = []) throws {
        try Compiler.plugin(
            fixtures + "/Interface/turn.c", header: headers, flags: ["-Wpedantic"] + flags, into: folder.file(output))
    }

    /// What a host of version 1.0 or 1.1 makes of a plugin.
    func report(_ plugin: String, host minor: Int) throws -> String {
        minor == 0 ? MatrixReport.text(plugin) : try Compiler.succeed(folder.file("host-1.1"), [plugin])
    }
}
