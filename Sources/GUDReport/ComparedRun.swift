import GUDEvaluation
import GUDPipeline
import GUDPlot

/// A run as a comparison sees it.
public struct ComparedRun: Sendable {
    /// The name, unique in the comparison.
    public var name: String
    /// What was measured.
    public var evaluation: RunEvaluation
    /// The resolved configuration as a tree of flat keys: `schedule.softness` to `0.5`.
    public var settings: [String: String]
    /// The training loss by step; empty for exact denoisers.
    public var losses: [(step: Double, loss: Double)]
    /// Samples for people to look at, as a PNG file, where they are images.
    public var picture: [UInt8]?
    /// Samples as points, where they lie in the plane.
    public var scatter: Figure?
    /// The noise schedule, drawn.
    public var schedule: Figure?

    /// A run.
    public init(
        name: String, evaluation: RunEvaluation, settings: [String: String],
        losses: [(step: Double, loss: Double)] = [],
        picture: [UInt8]? = nil, scatter: Figure? = nil, schedule: Figure? = nil
    ) {
        self.name = name
        self.evaluation = evaluation
        self.settings = settings
        self.losses = losses
        self.picture = picture
        self.scatter = scatter
        self.schedule = schedule
    }
}

/// Runs whose configurations differ in the seed alone.
struct RunGroup {
    /// What distinguishes the group from the others, or its first run's name.
    let name: String
    /// The runs, at least one.
    let runs: [ComparedRun]

    /// The groups of some runs, in the order of their first members.
    static func groups(of runs: [ComparedRun]) -> [RunGroup] {
        var order: [[String: String]] = []
        var members: [[String: String]: [ComparedRun]] = [:]
        for run in runs {
            let key = run.settings.filter { !Self.incidental.contains($0.key) }
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(run)
        }
        // What only some bases or schedules know distinguishes nothing that their names do not, unless the names are the same.
        let shared = Self.differences(between: order).filter { key in order.allSatisfy { $0[key] != nil } }
        let isEnough = Set(order.map { settings in shared.map { settings[$0] } }).count == order.count
        let differing = isEnough ? shared : Self.differences(between: order)
        return order.map { key in
            let runs = members[key] ?? []
            let text = differing.compactMap { name in key[name].map { name.setting($0) } }.joined(separator: ", ")
            return RunGroup(name: order.count > 1 && !text.isEmpty ? text : runs[0].name, runs: runs)
        }
    }

    /// Settings that say nothing about the model.
    private static let incidental: Set = ["seed", "baseDirectory"]

    /// The keys whose values are not the same everywhere.
    static func differences(between settings: [[String: String]]) -> [String] {
        Set(settings.flatMap(\.keys)).sorted().filter { key in Set(settings.map { $0[key] }).count > 1 }
    }

    /// The mean of a number over the runs that have it.
    func estimate(_ number: (ComparedRun) -> Double?) -> SeedEstimate? { SeedEstimate(runs.compactMap(number)) }
}

extension String {
    /// A key of a configuration with its value, in few words: `dct` for `basis.name`, `softness 0.5` for `schedule.softness`.
    func setting(_ value: String) -> String {
        let value = value == ".inf" ? "∞" : value
        let last = split(separator: ".").last.map(String.init) ?? self
        return last == "name" ? value : "\(last) \(value)"
    }
}
