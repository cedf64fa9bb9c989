import Foundation
import GUDCore
import GUDPipeline

/// One member of a sweep on its way: trained, then measured, each in a child process.
final class SweepTask {
    /// Where a member stands.
    enum State: Equatable {
        case waiting
        case running
        case finished
        case interrupted
        case failed(String)
    }

    /// The member.
    let member: SweepPlan.Member
    /// Its run.
    let directory: RunDirectory
    /// Where it stands.
    private(set) var state = State.waiting
    /// Wall time of its children so far, in seconds.
    private(set) var seconds = 0.0

    private let measurements: [SweepMeasurement]
    private let configurationPath: String
    private let passedOn: [String]
    private let threads: Int
    private let registry: Registry
    private var child: (program: ChildProgram, began: Date, conclude: () throws -> Void)?
    private var isTrained = false

    /// A member of a sweep in a folder.
    ///
    /// - Parameters:
    ///   - measurements: Commands that are run on it once it is trained.
    ///   - passedOn: Options that every child gets.
    ///   - threads: Threads of each child.
    init(
        _ member: SweepPlan.Member, in folder: String, measurements: [SweepMeasurement], passedOn: [String],
        threads: Int,
        registry: Registry
    ) {
        self.member = member
        self.measurements = measurements
        self.passedOn = passedOn
        self.threads = threads
        self.registry = registry
        directory = RunDirectory("\(folder)/\(member.name)")
        configurationPath = "\(folder)/\(member.name).yaml"
    }

    /// Starts what is due, or takes note of what has ended.
    func advance() {
        do {
            if let child {
                guard let end = child.program.end() else { return }
                seconds += Date().timeIntervalSince(child.began)
                self.child = nil
                switch end {
                case .success: try child.conclude()
                case .interrupted: return state = .interrupted
                case .failure(let reason): return state = .failed(reason)
                }
            }
            guard !Interrupt.isRequested else { return state = .interrupted }
            state = try startNext() ? .running : .finished
        } catch {
            state = .failed("\(error)")
        }
    }

    /// The result of a measurement, once there is one.
    func result(of measurement: SweepMeasurement) -> [String: Any]? { measurement.result(in: directory) }

    /// Starts the next child; false where nothing is left to do.
    private func startNext() throws -> Bool {
        if !isTrained {
            let progress = try directory.progress(of: member.configuration, registry)
            if progress != .finished {
                try AtomicFile.makeDirectory(directory.path)
                try AtomicFile.write(Data(member.configuration.yaml(registry).utf8), to: configurationPath)
                // A run of another configuration is refused by `train` itself, which says what differs.
                let resuming = progress == .absent ? [] : ["--resume"]
                let output = "\(directory.path)/train.out"
                try start(
                    ["train", configurationPath, "--run", directory.path] + resuming, output: output
                ) { [self] in
                    try? FileManager.default.removeItem(atPath: output)
                    isTrained = true
                }
                return true
            }
            isTrained = true
        }
        for measurement in measurements where !measurement.isCurrent(in: directory) {
            let output = "\(directory.path)/\(measurement.name).out"
            try start(measurement.arguments(for: directory), output: output) { [self] in
                try measurement.keep(output, in: directory)
            }
            return true
        }
        return false
    }

    private func start(_ arguments: [String], output: String, conclude: @escaping () throws -> Void) throws {
        let program = try ChildProgram(
            arguments + passedOn, logPath: "\(directory.path)/sweep.log", outputPath: output, threads: threads)
        child = (program, Date(), conclude)
    }
}
