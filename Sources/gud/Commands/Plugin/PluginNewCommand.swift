import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline
import GUDScaffold

struct PluginNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make the files of a new plugin, which builds and does something already.",
        discussion: """
            Prints the directory that was made, and on standard error what to do next. The directory must not be there yet, or
            be empty. Everything in a plugin builds with 'make', and 'make test' checks it against GUD's laws.

            A manifest describes functions of an existing C library; it can make a basis only. A Swift plugin is built against
            GUD's sources: by default those that this program was built from.

            Example:
              gud plugin new basis rotation --language c
              gud plugin new schedule power --language rust -o plugins/power --id org.example.power
              gud plugin new basis cosine --language manifest
              gud plugin new denoiser shrink --language swift --gud ~/gud
            """)

    @Argument(help: "What it brings: basis, schedule, denoiser or conditioner.")
    var kind: String

    @Argument(help: "Its name in configurations: a letter from a to z, then a-z, 0-9, -, + and '.'.")
    var name: String

    @Option(name: .shortAndLong, help: "What to write it in: swift, c, cpp, rust or manifest.")
    var language: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The directory to make; by default ./NAME.", valueName: "dir"))
    var output: String?

    @Option(help: "A unique id; by default org.example.NAME.")
    var id: String?

    @Option(help: ArgumentHelp("A checkout of GUD, for plugins in Swift.", valueName: "path"))
    var gud: String?

    func run() throws {
        let scaffold = try Scaffold(
            kind: PluginKind(named: kind), name: name, language: PluginLanguage(named: language), id: id, checkout: gud)
        guard (try? Registry.builtIn().entry(kind, named: name)) == nil else {
            throw ValidationError(
                "GUD itself has a \(kind) '\(name)', beside which a plugin's could not be used; choose another name")
        }
        let directory = output ?? name
        guard !directory.isEmpty else { throw ValidationError("--output names no directory") }
        try scaffold.write(to: directory)
        print(directory)
        Terminal.error(Self.nextSteps(scaffold, in: directory))
    }

    /// What to type next.
    ///
    /// A program that was started by its path is named to make, for it may not be on the search path.
    private static func nextSteps(_ scaffold: Scaffold, in directory: String) -> String {
        let isOnPath = CommandLine.arguments.first?.contains("/") == false
        let program = isOnPath ? nil : Bundle.main.executablePath
        let test = "make test" + (program.map { " GUD=\(quoted($0))" } ?? "")
        let enter = directory == "." ? [] : ["cd \(quoted(directory))"]
        return (["next:"] + (enter + [test, "make install", "gud list \(scaffold.kind)"]).map { "  " + $0 })
            .joined(separator: "\n")
    }

    /// A path as a shell takes it for one word.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+".contains($0)) }
        return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}
