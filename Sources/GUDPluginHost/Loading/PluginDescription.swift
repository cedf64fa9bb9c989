import CGUDPlugin
import GUDCore

/// What a plugin says of itself: everything that the registry, the lists and the checks need without running its code.
public struct PluginDescription: Codable, Sendable, Equatable {
    /// One component.
    public struct Component: Codable, Sendable, Equatable {
        /// The kind's word: `basis`, `schedule`, `denoiser` or `conditioner`.
        public var kind: String
        /// The name within its kind.
        public var name: String
        /// One sentence.
        public var summary: String
        /// How many calls it takes at once.
        public var threads: Threads
        /// Its parameters, as the JSON of its table.
        public var parameters: String
    }

    /// How many calls a component takes at once.
    public enum Threads: String, Codable, Sendable {
        /// Any number.
        case concurrent
        /// One on each object.
        case object
        /// One in the whole plugin.
        case plugin

        init?(_ code: UInt32) {
            switch code {
            case UInt32(GUD_THREADS_CONCURRENT): self = .concurrent
            case UInt32(GUD_THREADS_OBJECT): self = .object
            case UInt32(GUD_THREADS_PLUGIN): self = .plugin
            default: return nil
            }
        }
    }

    /// Its unique id.
    public var id: String
    /// Its version.
    public var version: String
    /// An SPDX expression, where it names one.
    public var license: String?
    /// What it was made with.
    public var toolkit: String?
    /// The version of the interface that it was built for: `1.0`.
    public var interface: String
    /// Its components.
    public var components: [Component]
    /// The file of the library that a manifest binds.
    public var library: String?
    /// What a person should know: components of kinds that this program does not know, and the like.
    public var notes: [String] = []

    /// The kinds by their numbers in the interface.
    static let kinds: [UInt32: String] = [
        UInt32(GUD_KIND_BASIS): "basis", UInt32(GUD_KIND_SCHEDULE): "schedule", UInt32(GUD_KIND_DENOISER): "denoiser",
        UInt32(GUD_KIND_CONDITIONER): "conditioner",
    ]

    /// The names of parameters that mean something to GUD itself: a plugin that took `isolated` for its own could not be
    /// isolated.
    static func ownParameters(of kind: String) -> [String] {
        ["name", "isolated"] + (kind == "basis" ? [Whitening.parameter.name, Whitening.varianceFloor.name] : [])
    }
}
