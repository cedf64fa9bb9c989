import ArgumentParser
struct PluginBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench")
}
