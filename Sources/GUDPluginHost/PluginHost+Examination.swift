import Foundation
import GUDCore
import GUDDigest

extension PluginHost {
    /// The library that lies beside a manifest.
    static func boundLibrary(_ candidate: PluginCandidate) -> String? {
        guard candidate.kind == .manifest, let manifest = try? ForeignManifest(contentsOf: candidate.path),
            manifest.libraryPath.contains("/")
        else { return nil }
        return try? _UnsafeFiles.realPath(manifest.libraryPath)
    }

    /// Finds out what may be done with a file.
    func examine(_ candidate: PluginCandidate, progress: (String) -> Void) throws -> PluginRecord {
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
