import Foundation
import GUDCore
import Glibc

/// A search in progress.
struct FolderSearch {
    private(set) var result = PluginSearch()
    private var seen: Set<String> = []
    /// Files and problems met, those that were met before included.
    private var matches = 0

    /// Notes a place that is not looked at.
    mutating func ignore(_ path: String, source: PluginSource, reason: String) {
        result.tried.append(TriedFolder(path: path, source: source, outcome: .ignored(reason: reason)))
    }

    /// Takes a file, or what a folder holds.
    mutating func explicit(_ path: String) throws(PluginFolderError) {
        let mode: mode_t
        do {
            mode = try _UnsafeFiles.status(path).st_mode & S_IFMT
        } catch {
            throw .notThere(path, reason: error.bareReason)
        }
        guard mode == S_IFDIR || mode == S_IFREG else { throw .notAFile(path, kind: _UnsafeFiles.kind(mode)) }
        if let reason = _UnsafeFiles.refusalToRead(path, folder: mode == S_IFDIR) {
            throw .notThere(path, reason: reason)
        }
        if mode == S_IFDIR {
            matches = 0
            folder(path, source: .explicit, mustExist: true)
            if matches == 0, case .exists? = result.tried.last?.outcome {
                report(path, .explicit, "there is no .so or .plugin.yaml file in it, nor in its sub-folders")
            }
        } else {
            let before = result.candidates.count
            add(
                path, .init(named: path), source: .explicit,
                folder: (path as NSString).deletingLastPathComponent)
            note(path, .explicit, .exists(candidates: result.candidates.count - before))
        }
    }

    /// Takes what a folder and its sub-folders hold.
    mutating func folder(_ path: String, source: PluginSource, mustExist: Bool) {
        let names: [String]
        do {
            names = try Self.names(in: path)
        } catch {
            let reason = error.bareReason
            let isMissing = _UnsafeFiles.linkStatus(path) == nil && reason == String(cString: strerror(ENOENT))
            note(path, source, isMissing ? .missing : .notReadable(reason: reason))
            if mustExist || !isMissing {
                report(path, source, isMissing ? "the folder does not exist" : "the folder cannot be read: \(reason)")
            }
            return
        }
        let before = result.candidates.count
        var subfolders: [String] = []
        for name in names {
            take("\(path)/\(name)", source: source, folder: path, subfolders: &subfolders)
        }
        for subfolder in subfolders {
            do {
                for name in try Self.names(in: subfolder) {
                    var deeper: [String] = []
                    take("\(subfolder)/\(name)", source: source, folder: path, subfolders: &deeper)
                }
            } catch {
                report(subfolder, source, "the folder cannot be read: \(error.bareReason)")
            }
        }
        note(path, source, .exists(candidates: result.candidates.count - before))
    }

    /// Sorts an entry of a folder: a candidate, a sub-folder, a problem, or nothing of ours.
    private mutating func take(_ path: String, source: PluginSource, folder: String, subfolders: inout [String]) {
        let kind: PluginCandidate.Kind? =
            path.hasSuffix(".so") ? .library : path.hasSuffix(".plugin.yaml") ? .manifest : nil
        do {
            let mode = try _UnsafeFiles.status(path).st_mode & S_IFMT
            if mode == S_IFDIR {
                subfolders.append(path)
            } else if let kind {
                guard mode == S_IFREG else {
                    report(path, source, "it is \(_UnsafeFiles.kind(mode)), not a file; remove it")
                    return
                }
                if let reason = _UnsafeFiles.refusalToRead(path, folder: false) {
                    report(path, source, "the file cannot be read: \(reason)")
                } else {
                    add(path, kind, source: source, folder: folder)
                }
            }
        } catch {
            guard kind != nil else { return }
            let isLink = (_UnsafeFiles.linkStatus(path)?.st_mode).map { $0 & S_IFMT == S_IFLNK } ?? false
            report(path, source, (isLink ? "the link is broken: " : "the file cannot be read: ") + error.bareReason)
        }
    }

    private mutating func add(_ path: String, _ kind: PluginCandidate.Kind, source: PluginSource, folder: String) {
        matches += 1
        do {
            let real = try _UnsafeFiles.realPath(path)
            guard seen.insert(real).inserted else { return }
            result.candidates.append(
                PluginCandidate(path: real, foundAt: path, kind: kind, source: source, folder: folder))
        } catch {
            report(path, source, "the file cannot be read: \(error.bareReason)")
        }
    }

    private mutating func note(_ path: String, _ source: PluginSource, _ outcome: TriedFolder.Outcome) {
        result.tried.append(TriedFolder(path: path, source: source, outcome: outcome))
    }

    private mutating func report(_ path: String, _ source: PluginSource, _ reason: String) {
        matches += 1
        result.problems.append(PluginProblem(path: path, source: source, reason: reason))
    }

    /// The names in a folder in the order of their bytes, hidden ones left out.
    private static func names(in path: String) throws(FileError) -> [String] {
        try _UnsafeFiles.names(in: path).filter { !$0.hasPrefix(".") }.sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
    }
}

extension FileError {
    /// The system's reason without the path, for messages that name the path themselves.
    var bareReason: String {
        switch self {
        case .read(_, let reason), .write(_, let reason), .format(_, _, let reason): reason
        }
    }
}
