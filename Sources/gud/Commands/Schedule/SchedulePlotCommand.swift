import ArgumentParser
import Foundation
import GUDCore
import GUDEvaluation
import GUDPlot

struct SchedulePlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Plot γ, the data's log-SNR and β over time, a line per component.",
        discussion: """
            Writes SVG or PNG, or shows a preview in the terminal. Of a configuration or run, the basis is fitted to the
            data first, so that variances and labels are the real ones; nothing is trained.

            Example:
              gud schedule plot soft --labels l.npy --set softness=0.5 -o soft.svg
              gud schedule plot digits.yaml --set schedule.softness=hard --terminal
            """)

    @Argument(
        help: "The name of a schedule, as in 'gud list schedule'; a configuration file; or the directory of a run.")
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("A file for the plot, .svg or .png.", valueName: "FILE"))
    var output: String?

    @Flag(help: "Show a preview in the terminal, as without -o.")
    var terminal = false

    @Option(help: "The heading; the name by default.")
    var title: String?

    @OptionGroup var options: ScheduleOptions

    func validate() throws {
        if let output { _ = try FigureFile.format(of: output) }
        try OutputPath.validate([("-o", output)])
    }

    func run() throws {
        let subject = try options.subject(name)
        func figure(lineLimit: Int) throws -> Figure {
            try ScheduleFigure(
                title ?? subject.name, schedule: subject.schedule, variances: subject.variances,
                labels: subject.labels, lineLimit: lineLimit
            ).figure
        }
        if terminal || output == nil {
            // Dots are coarse: more lines would run into each other.
            let preview = try figure(lineLimit: 9)
            print(try preview.terminal(width: Terminal.width, isColored: Terminal.showsColor))
        }
        if let output {
            try FigureFile.write(figure(lineLimit: 48), to: output)
            print(output)
        }
    }
}
