import CGUDPlugin
import Foundation
import GUDCore

/// Finds plugins, checks them, and brings their components into a registry as equals of the built-ins.
///
///     let host = try PluginHost()
///     var registry = try Registry.builtIn()
///     for complaint in try host.register(in: &registry) { print(complaint) }
///
/// A file is read once: its hash, its preflight and the copy that is loaded are of the same bytes. Before its first use it is tried in
/// a process of its own; what came of that is kept with the copy. No code of a plugin runs in this process before one of
/// its components is made.
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
    private let cache: PluginCache

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

    /// Tries a plugin as thoroughly as asked, whatever is known about it.
    ///
    /// - Throws: ``PluginFolderError/noFile(_:reason:)``, or where the cache or the process cannot be made.
    public func validate(
        _ path: String, level: ValidationLevel, seed: UInt64 = 1
    ) throws -> (sha256: String, outcome: CheckOutcome) {
        let kind: PluginCandidate.Kind = path.hasSuffix(".yaml") ? .manifest : .library
        let files: PluginFiles
        do {
            files = try PluginFiles(path, kind: kind)
        } catch let error as PluginFiles.Unfit {
            return ("", .rejected(error.description))
        } catch let error as FileError {
            throw PluginFolderError.noFile(path, reason: error.bareReason)
        }
        var check = GuardedCheck(program: options.program, level: level, seed: seed)
        check.stageSeconds = level <= .probe ? options.stageSeconds : 24 * options.stageSeconds
        var outcome = try check.run(try files.store(in: cache), name: path, kind: kind)
        if level >= .highest, kind == .library, case .finished(var report) = outcome {
            let extra = (try? ELFImage(bytes: files.plugin.bytes, path: path))?.unexpectedExports() ?? []
            report.checks.append(
                .init(
                    component: "library", level: 10, law: "it exports gud_plugin_entry alone", passed: extra.isEmpty,
                    detail: extra.isEmpty
                        ? ""
                        : "it also exports \(extra.prefix(8).joined(separator: ", ")); link it with a version script"))
            outcome = .finished(report)
        }
        return (files.sha256, outcome)
    }

    /// Forgets what is known about a file, so that it is tried again.
    public func forget(_ path: String) throws {
        let kind: PluginCandidate.Kind = path.hasSuffix(".yaml") ? .manifest : .library
        // What cannot be read has no verdict to forget.
        if let files = try? PluginFiles(path, kind: kind) { try cache.forget(sha256: files.sha256) }
    }
}

extension PluginHost {
    /// The library that lies beside a manifest.
    private static func boundLibrary(_ candidate: PluginCandidate) -> String? {
        guard candidate.kind == .manifest, let manifest = try? ForeignManifest(contentsOf: candidate.path),
            manifest.libraryPath.contains("/")
        else { return nil }
        return try? _UnsafeFiles.realPath(manifest.libraryPath)
    }

    private func examine(_ candidate: PluginCandidate, progress: (String) -> Void) throws -> PluginRecord {
        let files: PluginFiles
        do {
            files = try PluginFiles(candidate.path, kind: candidate.kind)
        } catch let error as any GUDError {
            return record(candidate, sha256: "", cached: "", nil, .rejected(error.description))
        }
        let (cached, verdict): (String, Verdict)
        do {
            cached = try files.store(in: cache)
            verdict = try known(files) ?? find(candidate, files, cached, progress)
        } catch let error as PluginCacheError {
            // Where nothing can be kept this plugin cannot be used; everything else can.
            return record(candidate, sha256: files.sha256, cached: "", nil, .rejected(error.description))
        }
        let sha256 = try files.digest(withSystemLibrary: verdict.librarySHA256)
        let checked = (verdict.date, verdict.seconds)
        if case .broken(let breakdown) = verdict.outcome {
            return record(
                candidate, sha256: sha256, cached: cached, nil, .quarantined(breakdown, verdict.date), checked)
        }
        guard case .finished(let report) = verdict.outcome, verdict.outcome.objection == nil else {
            return record(
                candidate, sha256: sha256, cached: cached, nil, .rejected(verdict.outcome.objection ?? ""), checked)
        }
        let status: PluginRecord.Status =
            switch trust.decision(id: report.description.id, sha256: sha256, file: candidate.path) {
            case .allowed(let isolated): .usable(isolated: isolated)
            case .refused(let reason): .refused(reason)
            }
        return record(candidate, sha256: sha256, cached: cached, report.description, status, checked)
    }

    private func record(
        _ candidate: PluginCandidate, sha256: String, cached: String, _ description: PluginDescription?,
        _ status: PluginRecord.Status, _ checked: (Date, Double)? = nil
    ) -> PluginRecord {
        PluginRecord(
            path: candidate.path, source: candidate.source, kind: candidate.kind, sha256: sha256, cachedPath: cached,
            description: description, status: status, checked: checked.map { (date: $0.0, seconds: $0.1) })
    }

    /// What is known about the bytes, where it is still true.
    private func known(_ files: PluginFiles) throws -> Verdict? {
        guard let verdict = cache.verdict(Verdict.self, sha256: files.sha256),
            verdict.checkedBy == Verdict.currentChecker
        else { return nil }
        if case .finished(let report) = verdict.outcome, files.library == nil, let library = report.description.library
        {
            // A library of the system may have changed since.
            guard let now = try? PluginBytes(contentsOf: library).sha256, now == verdict.librarySHA256 else {
                return nil
            }
        }
        return verdict
    }

    /// Tries a plugin in a process of its own, and keeps what came of it.
    private func find(
        _ candidate: PluginCandidate, _ files: PluginFiles, _ cached: String, _ progress: (String) -> Void
    ) throws -> Verdict {
        progress("checking plugin '\(candidate.path)' in a process of its own")
        let start = Date()
        var check = GuardedCheck(program: options.program)
        check.stageSeconds = options.stageSeconds
        let outcome = try check.run(cached, name: candidate.path, kind: candidate.kind)
        var verdict = Verdict(
            checkedBy: Verdict.currentChecker, date: start, outcome: outcome, seconds: Date().timeIntervalSince(start))
        if case .finished(let report) = outcome, files.library == nil, let library = report.description.library {
            verdict.librarySHA256 = try PluginBytes(contentsOf: library).sha256
        }
        try cache.record(verdict, sha256: files.sha256)
        return verdict
    }
}
