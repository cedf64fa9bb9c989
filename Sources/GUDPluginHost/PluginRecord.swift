import Foundation
import GUDCore

/// A plugin that was found, and what may be done with it.
public struct PluginRecord: Sendable {
    /// What may be done with a plugin.
    public enum Status: Sendable {
        /// Its components can be used, in a process of their own where `isolated`.
        case usable(isolated: Bool)
        /// It is not a plugin, or breaks the contract.
        case rejected(String)
        /// A process died of it; it stays away until its file changes.
        case quarantined(CheckOutcome.Breakdown, Date)
        /// Nobody vouched for it, or it changed since.
        case refused(String)
        /// The same bytes were found before, elsewhere.
        case duplicate(of: String)
        /// Another file brings a plugin of the same id, or a component of the same name.
        case conflict(String)
    }

    /// The file, links resolved.
    public let path: String
    /// Who named the place in which it was found.
    public let source: PluginSource
    /// Whether it is a library or a manifest.
    public let kind: PluginCandidate.Kind
    /// The SHA-256 of the bytes that are loaded; of a manifest with its library, of both.
    public let sha256: String
    /// The copy that is loaded.
    let cachedPath: String
    /// What it says of itself, where it got so far.
    public let description: PluginDescription?
    /// What may be done with it.
    public internal(set) var status: Status
    /// When it was checked, and how long that took.
    public let checked: (date: Date, seconds: Double)?

    /// The status in a few words, and why.
    public var statusText: String {
        switch status {
        case .usable(let isolated): isolated ? "ok, isolated" : "ok"
        case .rejected(let reason): "rejected: \(reason.oneLine)"
        case .quarantined(let breakdown, let date):
            "quarantined on \(date.formatted(.iso8601.year().month().day())): \(breakdown.line.oneLine)"
        case .refused(let reason): "refused: \(reason)"
        case .duplicate(let path): "the same as '\(path)', which was found before"
        case .conflict(let reason): "conflict: \(reason)"
        }
    }

    /// Whether its components are there.
    public var isUsable: Bool { if case .usable = status { true } else { false } }

    /// Whether the same bytes were found before.
    public var isDuplicate: Bool { if case .duplicate = status { true } else { false } }

    /// Who brings its components.
    public var provider: Provider? {
        description.map { Provider(id: $0.id, version: $0.version, hash: sha256) }
    }
}
