import Foundation
import GUDCore
import GUDDigest

/// All files of one plugin, read once: a library, or a manifest with the library beside it.
struct PluginFiles: Sendable {
    /// The library or the manifest.
    let plugin: PluginBytes
    /// The library that lies beside a manifest; `nil` where the manifest binds one of the system's.
    let library: PluginBytes?
    /// The SHA-256 of the file, or of the digests of both.
    let sha256: String
    /// Whether copies side by side find one another: the library lies right beside its manifest, under the name given
    /// there.
    private let areSideBySide: Bool

    /// Reads and examines the files, without running anything.
    ///
    /// - Throws: ``Unfit`` where they cannot be a plugin; ``FileError`` where they cannot be read.
    init(_ path: String, kind: PluginCandidate.Kind) throws {
        let plugin = try PluginBytes(contentsOf: path)
        self.plugin = plugin
        switch kind {
        case .library:
            do {
                try ELFImage(bytes: plugin.bytes, path: plugin.path).requireFunction()
            } catch {
                throw Unfit(description: error.description)
            }
            library = nil
            areSideBySide = false
            sha256 = plugin.sha256
        case .manifest:
            do {
                let manifest = try ForeignManifest(
                    text: String(decoding: plugin.bytes, as: UTF8.self), file: plugin.path,
                    directory: (plugin.path as NSString).deletingLastPathComponent)
                let bound = try manifest.libraryPath.contains("/") ? PluginBytes(contentsOf: manifest.libraryPath) : nil
                if let bound { _ = try ELFImage(bytes: bound.bytes, path: bound.path) }
                library = bound
                let folder = (plugin.path as NSString).deletingLastPathComponent
                areSideBySide =
                    bound?.path == "\(folder)/\((manifest.libraryPath as NSString).lastPathComponent)"
                    && bound.map { PluginCache.keepsName(of: $0) } == true
                sha256 = try bound.map { try SHA256.hex(of: Data((plugin.sha256 + $0.sha256).utf8)) } ?? plugin.sha256
            } catch let error as any GUDError {
                throw Unfit(description: error.description)
            }
        }
    }

    /// Copies the files into the cache, side by side.
    ///
    /// A library elsewhere than right beside its manifest is used where it is.
    ///
    /// - Returns: The path of the library's or manifest's copy.
    func store(in cache: PluginCache) throws(PluginCacheError) -> String {
        guard let library else { return try cache.store(plugin) }
        guard areSideBySide else { return plugin.path }
        _ = try cache.store(library, under: sha256)
        return try cache.store(plugin, under: sha256)
    }

    /// The digest of everything that is loaded, a library of the system among it.
    func digest(withSystemLibrary digest: String?) throws -> String {
        try digest.map { try SHA256.hex(of: Data((sha256 + $0).utf8)) } ?? sha256
    }

    /// Why files cannot be a plugin.
    struct Unfit: GUDError {
        let description: String
        var blame: Blame { .execution }
    }
}
