import ArgumentParser
import Foundation
import GUDCore
import GUDPluginHost

struct PluginBuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Build the plugin in a folder, try it, and install it for the user.",
        discussion: """
            Runs 'make' in the folder, tries what lies in its build/ in a process of its own, and runs 'make install', which
            copies it to where plugins are looked for.

            Example:
              gud plugin new basis rotation --language c
              gud plugin build rotation
              gud list basis
            """)

    @Argument(help: "The plugin's folder, with a Makefile as 'gud plugin new' writes it.")
    var folder: String

    @Flag(inversion: .prefixedNo, help: "Install it where plugins are looked for.")
    var install = true

    func run() throws {
        guard FileManager.default.fileExists(atPath: "\(folder)/Makefile") else {
            throw ValidationError(
                "'\(folder)' has no Makefile; name the folder of a plugin, as 'gud plugin new' makes it")
        }
        try make([])
        let products = ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/build")) ?? []).sorted()
        let manifests = products.filter { $0.hasSuffix(".plugin.yaml") }
        let files = manifests.isEmpty ? products.filter { $0.hasSuffix(".so") } : manifests
        guard !files.isEmpty else {
            throw PluginError.load(
                path: "\(folder)/build", reason: "'make' succeeded, but it left neither a .so nor a .plugin.yaml there")
        }
        for file in files {
            for record in try PluginOptions.records(of: "\(folder)/build/\(file)") {
                guard record.isUsable, let description = record.description else {
                    throw PluginError.refused(path: record.path, reason: record.statusText)
                }
                print(
                    "\(description.id) \(description.version): "
                        + description.components.map { "\($0.kind)/\($0.name)" }.joined(separator: ", "))
            }
        }
        if install { try make(["install"]) }
    }

    private func make(_ targets: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["make", "-C", folder, "GUD=\(PluginHost.Options.defaultProgram)"] + targets
        // What make prints is progress.
        process.standardOutput = FileHandle.standardError
        // It runs in a process group of its own, which a terminal's Ctrl-C does not reach and which may not read from it.
        process.standardInput = FileHandle.nullDevice
        Interrupt.watch()
        defer { Interrupt.unwatch() }
        do {
            try process.run()
        } catch {
            throw PluginError.load(path: folder, reason: "'make' cannot be started: \(error.localizedDescription)")
        }
        while process.isRunning, !Interrupt.isRequested { usleep(10_000) }
        // First as Ctrl-C does it; a shell between two commands may let that pass, so then in earnest.
        for (signal, seconds) in [(SIGINT, 2.0), (SIGTERM, 3), (SIGKILL, 0)] where process.isRunning {
            let make = process.processIdentifier
            if kill(-make, signal) != 0 { kill(make, signal) }
            let deadline = Date().addingTimeInterval(seconds)
            while process.isRunning, Date() < deadline { usleep(10_000) }
        }
        process.waitUntilExit()
        if Interrupt.isRequested { throw Interrupted() }
        guard process.terminationStatus == 0 else {
            throw PluginError.load(
                path: folder,
                reason: "'make \(targets.joined(separator: " "))' failed with status \(process.terminationStatus)")
        }
    }
}
