import Foundation
import GUDCore
import Glibc

extension Scaffold {
    /// Writes the new plugin into a directory: all of it, or nothing.
    ///
    /// The files are made under a temporary name in the same file system and moved into place. Where anything fails,
    /// whatever was made is removed, folders on the way included.
    ///
    /// - Parameters:
    ///   - directory: A path where nothing is yet, or an empty directory.
    ///   - resources: Where the templates lie; by default with the program.
    /// - Returns: The paths of the files in the directory.
    /// - Throws: ``ScaffoldError/occupied(_:)`` and others before anything is written; ``ScaffoldError/file(_:)`` where
    ///   writing fails.
    @discardableResult
    public func write(
        to directory: String, from resources: ResourceFolder = ResourceFolder(ofTarget: "GUDScaffold")
    ) throws(ScaffoldError) -> [String] {
        let target = URL(fileURLWithPath: directory).standardizedFileURL.resolvingSymlinksInPath()
        let isThere = try Self.isThere(target.path, named: directory)
        if let checkout, target.lastPathComponent.lowercased() == Self.lastPart(of: checkout).lowercased() {
            throw .sameFolder(directory, checkout: checkout)
        }
        let files = try files(from: resources)
        let parent = isThere ? target : target.deletingLastPathComponent()
        let made = Self.firstMissing(parent)
        do throws(FileError) {
            try Self.make(parent)
            try Self.place(files, in: target, beside: parent, isThere: isThere)
        } catch {
            if let made { try? FileManager.default.removeItem(at: made) }
            throw .file(.write(directory, reason: Self.reason(error)))
        }
        return files.map(\.path)
    }

    /// Whether the directory exists and is empty; what is neither that nor absent is an error.
    private static func isThere(_ path: String, named name: String) throws(ScaffoldError) -> Bool {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return false }
        guard isDirectory.boolValue else { throw .notADirectory(name) }
        do {
            guard try FileManager.default.contentsOfDirectory(atPath: path).isEmpty else {
                throw ScaffoldError.occupied(name)
            }
        } catch let error as ScaffoldError {
            throw error
        } catch {
            throw .file(.read(name, reason: error.localizedDescription))
        }
        return true
    }

    /// Makes the files under a temporary name and moves them to where they belong.
    private static func place(
        _ files: [File], in target: URL, beside parent: URL, isThere: Bool
    ) throws(FileError) {
        let temporary = parent.appendingPathComponent(".gud-\(UUID().uuidString).partial")
        defer { try? FileManager.default.removeItem(at: temporary) }
        for file in files {
            let url = temporary.appendingPathComponent(file.path)
            try make(url.deletingLastPathComponent())
            try AtomicFile.write(Data(file.text.utf8), to: url.path)
        }
        guard isThere else { return try move(temporary, to: target) }
        // An existing directory stays the one it was: a shell may stand in it.
        var moved: [URL] = []
        do throws(FileError) {
            for name in Set(files.map { String($0.path.prefix { $0 != "/" }) }).sorted() {
                let place = target.appendingPathComponent(name)
                try move(temporary.appendingPathComponent(name), to: place)
                moved.append(place)
            }
        } catch {
            for place in moved { try? FileManager.default.removeItem(at: place) }
            throw error
        }
    }

    /// Makes a directory and its parents, with the system's own reason where it cannot; an existing one is fine.
    private static func make(_ directory: URL) throws(FileError) {
        if mkdir(directory.path, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, directory.path != "/" else {
            throw .write(directory.path, reason: String(cString: strerror(errno)))
        }
        try make(directory.deletingLastPathComponent())
        guard mkdir(directory.path, 0o777) == 0 || errno == EEXIST else {
            throw .write(directory.path, reason: String(cString: strerror(errno)))
        }
    }

    private static func move(_ source: URL, to target: URL) throws(FileError) {
        guard rename(source.path, target.path) == 0 else {
            throw .write(target.path, reason: String(cString: strerror(errno)))
        }
    }

    /// The outermost folder of a path that does not exist; `nil` where all do.
    private static func firstMissing(_ path: URL) -> URL? {
        var (missing, place): (URL?, URL) = (nil, path)
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
            missing = place
            place.deleteLastPathComponent()
        }
        return missing
    }

    private static func lastPart(of path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

    private static func reason(_ error: FileError) -> String {
        switch error {
        case .read(_, let reason), .write(_, let reason), .format(_, _, let reason): reason
        }
    }
}
