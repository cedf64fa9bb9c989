import Foundation
import GUDCore

/// Finds plugins, checks them, and brings their components into a registry as equals of the built-ins.
///
///     let host = try PluginHost()
///     var registry = try Registry.builtIn()
///     for complaint in try host.register(in: &registry) { print(complaint) }
///
/// A file is read once: its hash, its preflight and the copy that is loaded are of the same bytes. Before its first use
/// it is tried in a process of its own; what came of that is kept with the copy. No code of a plugin runs in this
/// process before one of its components is made.
public struct PluginHost: Sendable {
    /// What a host may be told.
    public struct Options: Sendable {
        /// Files and folders to search before all others.
        public var paths: [String] = []
        /// Whether to look for plugins at all.
        public var isSafeMode = false
        /// The program that runs plugins in a process of their own.
        public var program = Options.defaultProgram
        /// The surroundings.
        public var environment = HostEnvironment.current
        /// The system's folders.
        public var systemFolders = PluginFolders.systemFolders
        /// How long one stage of the trial before first use may take, in seconds.
        public var stageSeconds = 5.0

        /// The defaults.
        public init() {}

        /// `GUD_PROGRAM`, this program where it is `gud`, or the `gud` beside it.
        public static var defaultProgram: String {
            if let named = HostEnvironment.current["GUD_PROGRAM"] { return named }
            let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "gud"
            let url = URL(fileURLWithPath: executable)
            return url.lastPathComponent == "gud"
                ? executable : url.deletingLastPathComponent().appendingPathComponent("gud").path
        }
    }

    /// What it was told.
    public let options: Options
    /// What was found; nothing in safe mode.
    public let search: PluginSearch
    /// Who vouched for what.
    public let trust: TrustFile
    let cache: PluginCache

    /// Looks for plugins; opens none.
    ///
    /// - Throws: ``PluginFolderError``, ``TrustFileError``, or where there is no folder for the cache.
    public init(_ options: Options = Options()) throws {
        self.options = options
        cache = try PluginCache(options.environment)
        trust = try TrustFile.load(options.environment)
        search =
            options.isSafeMode
            ? PluginSearch()
            : try PluginFolders(
                explicit: options.paths, environment: options.environment, system: options.systemFolders
            ).find()
    }

    /// Examines everything that was found, in the order of the search.
    ///
    /// - Parameters:
    ///   - registry: Where the components of usable plugins are brought into. A plugin whose names are taken is a conflict.
    ///   - progress: Is told of each file that has to be tried in a process first, which takes a moment.
    public func records(
        in registry: inout Registry, progress: (String) -> Void = { _ in }
    ) throws -> [PluginRecord] {
        var records: [PluginRecord] = []
        let bound = search.candidates.compactMap(Self.boundLibrary)
        for candidate in search.candidates {
            // The library beside a manifest is no plugin by itself.
            if candidate.kind == .library, bound.contains(candidate.path) { continue }
            var record = try examine(candidate, progress: progress)
            if record.isUsable {
                do {
                    record.status = Self.clash(record, with: records) ?? record.status
                    if record.isUsable { try register(record, in: &registry) }
                } catch {
                    record.status = .conflict("\(error)")
                }
            }
            records.append(record)
        }
        return records
    }

    /// Examines everything that was found, each plugin beside those found before it, without the built-ins.
    public func records(progress: (String) -> Void = { _ in }) throws -> [PluginRecord] {
        var registry = Registry()
        return try records(in: &registry, progress: progress)
    }

    /// Brings the components of all usable plugins into a registry.
    ///
    /// - Returns: What a person should know: one line for each file that cannot be used, and why.
    public func register(in registry: inout Registry, progress: (String) -> Void = { _ in }) throws -> [String] {
        let records = try records(in: &registry, progress: progress)
        return search.problems.map { "plugin \($0)" }
            + records.filter { !$0.isUsable && !$0.isDuplicate }.map {
                "plugin '\($0.path)' is not used; \($0.statusText)"
            }
    }

    /// How a plugin gets in the way of one that was found before.
    private static func clash(_ record: PluginRecord, with others: [PluginRecord]) -> PluginRecord.Status? {
        guard let id = record.description?.id,
            let other = others.first(where: { $0.isUsable && $0.description?.id == id })
        else { return nil }
        return other.sha256 == record.sha256
            ? .duplicate(of: other.path)
            : .conflict("plugin '\(id)' comes from '\(other.path)' already; remove one of the two files")
    }
}
