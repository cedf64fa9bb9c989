import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Train many configurations with many seeds, and measure them.",
        discussion: """
            Every configuration is trained with every combination of the varied values and every seed,
            each in a process and a directory of its own. A member that fails is reported at the end;
            the others go on. The same command again goes on where a sweep was stopped: members that
            are done are passed over.

            Example:
              gud sweep digits.yaml --vary schedule.softness=0.5,2,.inf --seeds 0,1,2 \\
                --vary 'basis=dct,{name: pca, whiten: data}' --then 'nll --method elbo' --runs runs/soft
              gud compare runs/soft/*/
            """)

    @Argument(help: "Configurations, YAML files.")
    var configs: [String]

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A key and its values, in YAML; may be repeated.", valueName: "path.to.key=value,value"))
    var vary: [String] = []

    @Option(help: ArgumentHelp("Seeds, separated by commas.", valueName: "0,1,2"))
    var seeds: String?

    @OptionGroup var overrides: OverrideOptions

    @Option(name: .customLong("runs"), help: "The folder of the runs.")
    var folder: String

    @Option(help: "Members at work at the same time; they share the cores.")
    var jobs = 1

    @Option(
        name: .customLong("then"), parsing: .singleValue,
        help: ArgumentHelp(
            "Measure every trained member with 'nll' or 'evaluate' and their options; may be repeated.",
            valueName: "'nll …'"))
    var measurements: [SweepMeasurement] = []

    @Flag(help: "Only show what would be trained.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var device: DeviceOptions
    @OptionGroup var plugins: PluginOptions
    @OptionGroup var mismatch: MismatchOptions

    func validate() throws {
        guard jobs > 0 else { throw ValidationError("--jobs \(jobs): at least one member is at work") }
        if let twice = measurements.first(where: { one in measurements.count { $0.name == one.name } > 1 }) {
            throw ValidationError("--then \(twice.name): given twice; a run keeps one result of each command")
        }
        _ = try seedList()
    }

    func run() throws {
        let registry = try plugins.registry()
        let plan = try SweepPlan(
            configs, overrides: overrides.set, axes: vary.map { try SweepAxis($0) }, seeds: seedList(),
            registry: registry)
        guard !dryRun else {
            for member in plan.members { print(member.name) }
            return
        }
        try AtomicFile.makeDirectory(folder)
        let threads = max(1, ProcessInfo.processInfo.activeProcessorCount / jobs)
        let tasks = plan.members.map {
            SweepTask(
                $0, in: folder, measurements: measurements, passedOn: passedOn, threads: threads, registry: registry)
        }
        Interrupt.watch()
        run(tasks)
        let report = SweepReport(tasks, measurements: measurements)
        print(json ? try JSONText.of(report.json) : report.text)
        if tasks.contains(where: { $0.state == .interrupted }) {
            Terminal.error("stopped: the same command goes on from here")
            throw Interrupted()
        }
        let failures = tasks.filter { if case .failed = $0.state { true } else { false } }
        guard failures.isEmpty else {
            for task in failures {
                guard case .failed(let reason) = task.state else { continue }
                Terminal.error("\(task.member.name): \(reason)\n  (all of it: \(task.directory.path)/sweep.log)")
            }
            Terminal.error("\(failures.count) of \(tasks.count) members failed")
            throw ExitCode(1)
        }
    }

    /// Runs tasks, so many at the same time, until all have ended.
    private func run(_ tasks: [SweepTask]) {
        var waiting = tasks[...]
        var running: [SweepTask] = []
        while !running.isEmpty || !waiting.isEmpty {
            while running.count < jobs, let task = waiting.popFirst() {
                task.advance()
                if task.state == .running {
                    Terminal.error("[\(tasks.count - waiting.count)/\(tasks.count)] \(task.member.name)")
                    running.append(task)
                } else if case .failed = task.state {
                    Terminal.error("[\(tasks.count - waiting.count)/\(tasks.count)] \(task.member.name): failed")
                }
            }
            usleep(20_000)
            for task in running {
                task.advance()
                if case .failed = task.state { Terminal.error("\(task.member.name): failed; the others go on") }
            }
            running.removeAll { $0.state != .running }
        }
    }

    private func seedList() throws -> [Int] {
        try CommaList.numbers(seeds, of: "--seeds", remedy: "write whole numbers from 0, such as 0,1,2") { $0 >= 0 }
    }

    /// The options that every child gets.
    private var passedOn: [String] {
        ["--device", device.device] + plugins.paths.flatMap { ["--plugin", $0] }
            + (plugins.safeMode ? ["--safe-mode"] : [])
            + (mismatch.allowPluginMismatch ? ["--allow-plugin-mismatch"] : [])
    }
}
