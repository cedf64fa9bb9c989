import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline
import GUDPlot

/// Which schedule a command is about: one by name with labels and variances, or that of a configuration or run.
struct ScheduleOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A parameter of the named schedule, or a key of the configuration (path.to.key=value); may be repeated.",
            valueName: "key=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("One ordering label per component.", valueName: "L.npy"))
    var labels: String?

    @Option(help: ArgumentHelp("One variance of the whitened component each.", valueName: "V.npy"))
    var variances: String?

    @Option(help: "The number of components, where neither labels nor variances tell.")
    var components: Int?

    @OptionGroup var plugins: PluginOptions

    /// A schedule, and what it acts on.
    struct Subject {
        let name: String
        let schedule: any NoiseSchedule
        /// v_i of the whitened components.
        let variances: [Double]
        /// Labels that were given.
        let labels: [Double]?
        /// The space and the data's bin width, where there are data.
        let data: (space: ComponentSpace, binWidth: Double?)?
    }

    /// The schedule of a configuration file, of a run's directory, or of that name.
    func subject(_ name: String) throws -> Subject {
        let registry = try plugins.registry()
        // What looks like a path and is not there is a file that cannot be read, not an unknown name.
        let isPath = name.contains("/") || name.hasSuffix(".yaml") || FileManager.default.fileExists(atPath: name)
        guard isPath, !registry.names(of: "schedule").contains(name) else { return try named(name, registry) }
        guard labels == nil, variances == nil, components == nil else {
            throw ValidationError(
                "--labels, --variances and --components are for a schedule's name; '\(name)' brings its own")
        }
        let fit = try ScheduledSpace(contentsOf: name, overrides: set, registry: registry)
        return Subject(
            name: name, schedule: fit.schedule, variances: fit.space.variances, labels: nil,
            data: (fit.space, fit.binWidth))
    }

    /// A schedule by its name.
    func named(_ name: String, _ registry: Registry) throws -> Subject {
        let factory = try registry.factory(.schedule, named: name)
        let variances = try self.variances.map { try NumpyArray(contentsOf: $0).values }
        let labels = try self.labels.map { try NumpyArray(contentsOf: $0).values }
        let counts = [labels?.count, variances?.count, components].compactMap { $0 }
        let count = counts.first ?? 1
        guard counts.allSatisfy({ $0 == count }), count > 0 else {
            throw ValidationError(
                "labels, variances and --components disagree: \(counts.map(String.init).joined(separator: ", "))")
        }
        if let index = variances?.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw ValidationError(
                "--variances: entry \(index) is \(variances?[index] ?? 0); variances are positive")
        }
        var given = try Configuration.table(of: set)
        if let path = self.labels {
            given["labels"] = .string(path)
            given["order"] = given["order"] ?? .string("custom")
        }
        let schedule = try factory.make(
            try factory.descriptor.schema.resolve(given, at: "schedule"),
            ScheduleContext(componentCount: count, variances: variances))
        return Subject(
            name: name, schedule: schedule, variances: variances ?? [Double](repeating: 1, count: count),
            labels: labels, data: nil)
    }
}

extension PlotError: GUDError {
    /// What cannot be drawn was asked for; only the library's own failure is not the request's mistake.
    public var blame: Blame {
        if case .raster = self { .execution } else { .request }
    }
}
