import ArgumentParser
import Foundation
import GUDCore
import GUDPluginHost
import GUDSampling

/// The `gud` program: thin commands over the library.
@main
struct GUDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gud",
        abstract: "Generation with Unified Diffusion: basis × prior × component-wise noise schedule.",
        discussion: """
            Compose a pipeline from registry names in a YAML file, train it, sample from it:

              gud quickstart
              gud list basis
              gud train config.yaml --set schedule.softness=0.5
              gud sample runs/config -n 64 -o samples.png
            """,
        version: GUDVersion.current,
        subcommands: [
            QuickstartCommand.self, TrainCommand.self, SweepCommand.self, CompareCommand.self, SampleCommand.self,
            InpaintCommand.self, ExtendCommand.self, UpscaleCommand.self, NLLCommand.self, EvaluateCommand.self,
            ExtractorCommand.self, ListCommand.self,
            ExplainCommand.self, BasisCommand.self, ScheduleCommand.self, PluginCommand.self, DoctorCommand.self,
        ])

    /// Parses and runs; exits with 0, with 2 for a mistaken request, 1 for a failure, 130 when interrupted.
    static func main() {
        openStandardDescriptors()
        // A reader that goes away (`gud list | head`) ends the program quietly.
        signal(SIGPIPE, SIG_DFL)
        // GUD starts itself in this way to check a plugin, or to run one in a process of its own.
        if CommandLine.arguments.dropFirst().first == "plugin-worker" {
            PluginWorker.run(Array(CommandLine.arguments.dropFirst(2)))
        }
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            Self.finish(error)
        }
        do {
            try command.run()
            // Results that nobody could take are no success.
            guard fflush(nil) == 0 else {
                throw FileError.write("standard output", reason: String(cString: strerror(errno)))
            }
        } catch {
            Self.finish(error)
        }
    }

    /// Puts something in the place of closed standard descriptors.
    ///
    /// Else a file that is opened takes their number, and messages with it. It cannot be written to: a closed output stays an output
    /// that fails.
    private static func openStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)
        }
    }

    private static func finish(_ error: any Error) -> Never {
        switch error {
        // Whoever polls `Interrupt.isRequested` ends in one of these.
        case is Interrupted, SamplingError.cancelled, LikelihoodError.cancelled:
            Foundation.exit(130)
        case let error as any GUDError:
            Terminal.error("gud: \(error.description)")
            Foundation.exit(error.blame == .request ? 2 : 1)
        case let error as ValidationError:
            // What only the run could tell: the command was written as its usage says.
            Terminal.error("gud: \(error.message)")
            Foundation.exit(2)
        case let code as ExitCode:
            Foundation.exit(code.rawValue)
        default:
            let isSuccess = exitCode(for: error).isSuccess
            let text = fullMessage(for: error)
            if isSuccess { print(text) } else { Terminal.error(text) }
            Foundation.exit(isSuccess ? 0 : 2)
        }
    }
}
