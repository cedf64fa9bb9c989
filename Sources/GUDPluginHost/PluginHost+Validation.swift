import Foundation
import GUDCore

extension PluginHost {
    /// Tries a plugin as thoroughly as asked, whatever is known about it.
    ///
    /// - Throws: ``PluginFolderError/noFile(_:reason:)``, or where the cache or the process cannot be made.
    public func validate(
        _ path: String, level: ValidationLevel, seed: UInt64 = 1
    ) throws -> (sha256: String, outcome: CheckOutcome) {
        let kind = PluginCandidate.Kind(named: path)
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
        let kind = PluginCandidate.Kind(named: path)
        // What cannot be read has no verdict to forget.
        if let files = try? PluginFiles(path, kind: kind) { try cache.forget(sha256: files.sha256) }
    }
}
