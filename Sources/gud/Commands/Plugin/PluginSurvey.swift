import GUDCore
import GUDPluginHost

/// Where plugins are looked for, and what is there: a part of `gud doctor`.
struct PluginSurvey {
    /// One line for each place, plugin and file that matters; a plugin that cannot be used is a warning.
    let lines: [String]
    /// The same for scripts.
    let json: [String: Any]

    init(_ options: PluginOptions) {
        if options.safeMode {
            lines = ["ok   plugins: none are looked for (--safe-mode)"]
            json = ["name": "plugins", "ok": true, "detail": "none are looked for"]
            return
        }
        do {
            let (host, records) = try options.records()
            let usable = records.count(where: \.isUsable)
            var lines = ["ok   plugins: \(usable) of \(records.count) can be used; checked by \(host.options.program)"]
            lines += host.search.tried.map { "     looked in \($0)" }
            lines.append(
                "     trust: \(host.trust.path), \(host.trust.pins.count) pinned, others: \(host.trust.unpinned)")
            lines += host.search.problems.map { "warn plugin \($0)" }
            lines += records.map { record in
                let name = record.description.map { "\($0.id) \($0.version), " } ?? ""
                let mark = record.isUsable || record.isDuplicate ? "    " : "warn"
                return "\(mark) plugin '\(record.path)': \(name)\(record.statusText)"
            }
            self.lines = lines
            let isSound = records.allSatisfy { $0.isUsable || $0.isDuplicate } && host.search.problems.isEmpty
            json = [
                "name": "plugins", "ok": isSound,
                "detail": "\(usable) of \(records.count) can be used", "tried": host.search.tried.map(\.description),
                "problems": host.search.problems.map(\.description), "trust": host.trust.path,
                "found": records.map(\.json),
            ]
        } catch {
            lines = ["warn plugins: \(error)"]
            json = ["name": "plugins", "ok": false, "detail": "\(error)"]
        }
    }
}
