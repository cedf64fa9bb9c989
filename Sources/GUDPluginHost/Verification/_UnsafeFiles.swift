import Foundation
import GUDCore
import Glibc

/// File system calls that Foundation does not offer with the same guarantees.
///
/// Invariant: a buffer handed to the system is alive for the call and as long as the length says; every descriptor
/// opened is closed on every way out.
enum _UnsafeFiles {
    /// A path with all links resolved.
    static func realPath(_ path: String) throws(FileError) -> String {
        guard let resolved = realpath(path, nil) else { throw .read(path, reason: reason()) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// All bytes of a regular file, through one descriptor.
    ///
    /// A pipe or a terminal is not waited for, and a file that grows meanwhile is cut off at the limit with an error.
    static func read(_ path: String, limit: Int, followingLinks: Bool = true) throws(FileError) -> Data {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw .read(path, reason: reason()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .read(path, reason: reason()) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .read(path, reason: "it is \(kind(status.st_mode)), not a regular file")
        }
        let tooLarge = "it has more than the \(limit) bytes that are accepted"
        guard Int(status.st_size) <= limit else { throw .read(path, reason: tooLarge) }

        // One byte more than expected, so that the end of the file is seen without growing.
        var bytes = Data(count: Int(status.st_size) + 1)
        var count = 0
        while true {
            if count == bytes.count { bytes.count += 1 << 20 }
            let got = bytes.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return Glibc.read(descriptor, room.baseAddress, room.count)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw .read(path, reason: reason())
            }
            if got == 0 { break }
            count += got
            guard count <= limit else { throw .read(path, reason: tooLarge) }
        }
        bytes.count = count
        return bytes
    }

    /// What lies at a path, links not followed; `nil` where nothing does.
    static func linkStatus(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// What lies at a path, links followed.
    static func status(_ path: String) throws(FileError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .read(path, reason: reason()) }
        return status
    }

    /// The names in a folder, in no order, without `.` and `..`.
    static func names(in path: String) throws(FileError) -> [String] {
        guard let folder = opendir(path) else { throw .read(path, reason: reason()) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .read(path, reason: reason()) }
        return names
    }

    /// A kind of file in words.
    static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFREG: "a regular file"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFLNK: "a link"
        default: "a special file"
        }
    }

    /// Makes a folder and its parents that nobody else may enter.
    ///
    /// A folder that is there already must belong to this user, or be handed over to nobody else: others' rights are
    /// removed.
    static func makePrivateFolder(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) != 0 {
            let code = errno
            if code == ENOENT {
                let parent = (path as NSString).deletingLastPathComponent
                guard !parent.isEmpty, parent != path else { throw .write(path, reason: reason(code)) }
                try makeFolders(parent)
                guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .write(path, reason: reason()) }
            } else if code != EEXIST {
                throw .write(path, reason: reason(code))
            }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .write(path, reason: reason()) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .write(path, reason: "it is \(kind(status.st_mode)), not a folder")
        }
        guard status.st_uid == geteuid() else {
            throw .write(path, reason: "the folder belongs to another user (id \(status.st_uid))")
        }
        if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 { throw .write(path, reason: reason()) }
    }

    /// Makes missing parents, as private as the folder itself; those that are there keep their rights.
    private static func makeFolders(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        let parent = (path as NSString).deletingLastPathComponent
        guard code == ENOENT, !parent.isEmpty, parent != path else { throw .write(path, reason: reason(code)) }
        try makeFolders(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .write(path, reason: reason()) }
    }

    /// Removes a file or link; that there is none is fine.
    static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .write(path, reason: reason()) }
    }

    /// Removes a folder that lies where a file belongs, with all that is in it; anything else is left alone.
    static func removeFolder(_ path: String) throws(FileError) {
        guard let mode = linkStatus(path)?.st_mode, mode & S_IFMT == S_IFDIR else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw .write(path, reason: "it is a folder that cannot be removed")
        }
    }

    /// Whether a path may be read by this process, or the system's reason why not.
    static func refusalToRead(_ path: String, folder: Bool) -> String? {
        access(path, folder ? R_OK | X_OK : R_OK) == 0 ? nil : reason()
    }

    /// Why it cannot be told whether a path is there; `nil` where it is, or certainly is not.
    static func refusalToSearch(_ path: String) -> String? {
        access(path, F_OK) == 0 || errno == ENOENT ? nil : reason()
    }

    private static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}
