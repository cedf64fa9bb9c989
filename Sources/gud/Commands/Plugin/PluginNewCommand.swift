import ArgumentParser
struct PluginNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "new")
}
