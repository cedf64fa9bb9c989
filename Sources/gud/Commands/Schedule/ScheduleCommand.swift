import ArgumentParser

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Look at a noise schedule.",
        subcommands: [ScheduleTableCommand.self, SchedulePlotCommand.self, ScheduleLintCommand.self])
}
