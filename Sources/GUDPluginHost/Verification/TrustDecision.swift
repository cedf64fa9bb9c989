/// Whether a plugin may be loaded, and how.
public enum TrustDecision: Sendable, Equatable {
    /// It may, in a process of its own where so decided.
    case allowed(isolated: Bool)
    /// It may not; the reason names the remedy.
    case refused(reason: String)
}

extension TrustFile {
    /// Decides about the bytes that would be loaded.
    ///
    /// - Parameters:
    ///   - id: The plugin's id.
    ///   - sha256: The digest of the very bytes that will be loaded.
    ///   - file: Where they come from, for the message.
    public func decision(id: String, sha256: String, file: String) -> TrustDecision {
        guard let pin = pins[id] else {
            switch unpinned {
            case .allow: return .allowed(isolated: false)
            case .isolate: return .allowed(isolated: true)
            case .refuse:
                return .refused(
                    reason: "plugin '\(id.printable)' ('\(file.printable)') is not trusted, and '\(path)' refuses such "
                        + "plugins; check where the file came from, then run 'gud plugin trust \(file.printable)'")
            }
        }
        guard pin.sha256 == sha256 else {
            let since = pin.path.map { $0 == file ? "" : ", then at '\($0.printable)'" } ?? ""
            return .refused(
                reason: "plugin '\(id.printable)' ('\(file.printable)') has changed since it was trusted: expected "
                    + "SHA-256 \(pin.sha256)\(since), got \(sha256); check where the new file came from, then run "
                    + "'gud plugin trust \(file.printable)'")
        }
        return .allowed(isolated: pin.isolated)
    }
}
