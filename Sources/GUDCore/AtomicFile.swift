import Foundation
import Glibc

/// Files that are written whole or not at all.
public enum AtomicFile {
    /// Writes bytes to a temporary name beside the destination, syncs, and renames.
    ///
    /// A reader sees the old file or the new one, never a part. Where anything fails, the temporary file is removed and an
    /// existing file stays as it was.
    ///
    /// - Throws: ``FileError`` naming the path and the system's reason (no space, read-only, …).
    public static func write(_ bytes: Data, to path: String) throws(FileError) {
        // Two writers of one path, be they threads or processes, each need a file of their own.
        let temporary = "\(path).\(UUID().uuidString).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .write(path, reason: systemReason()) }
        do {
            try writeAll(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw FileError.write(path, reason: systemReason()) }
            guard close(descriptor) == 0 else { throw FileError.write(path, reason: systemReason()) }
        } catch {
            let reason = systemReason()
            close(descriptor)
            unlink(temporary)
            throw .write(path, reason: reason)
        }
        guard rename(temporary, path) == 0 else {
            let reason = systemReason()
            unlink(temporary)
            throw .write(path, reason: reason)
        }
    }

    private static func writeAll(_ bytes: Data, to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw FileError.write("", reason: systemReason())
                }
                done += written
            }
        }
    }

    /// Makes a directory and its parents; an existing one is fine.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public static func makeDirectory(_ path: String) throws(FileError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .write(path, reason: systemReason(of: error))
        }
    }

    /// All bytes of a file.
    ///
    /// - Throws: ``FileError/read(_:reason:)``.
    public static func read(_ path: String) throws(FileError) -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            throw .read(path, reason: exists && isFolder.boolValue ? "it is a folder" : systemReason(of: error))
        }
    }

    private static func systemReason() -> String { String(cString: strerror(errno)) }

    /// The system's own words for why a Foundation call failed: "No such file or directory", "Permission denied".
    private static func systemReason(of error: any Error) -> String {
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError, underlying.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(underlying.code)))
        }
        return switch error.code {
        case CocoaError.fileReadNoSuchFile.rawValue, CocoaError.fileNoSuchFile.rawValue: "No such file or directory"
        case CocoaError.fileReadNoPermission.rawValue, CocoaError.fileWriteNoPermission.rawValue: "Permission denied"
        case CocoaError.fileWriteOutOfSpace.rawValue: "No space left on device"
        case CocoaError.fileWriteVolumeReadOnly.rawValue: "Read-only file system"
        case CocoaError.fileWriteFileExists.rawValue: "a file of that name is in the way"
        default: error.localizedDescription
        }
    }
}

/// What can go wrong with files.
public enum FileError: GUDError, Equatable {
    /// The file cannot be opened or read.
    case read(String, reason: String)
    /// The file cannot be written; what was there before is untouched.
    case write(String, reason: String)
    /// The file is not what it should be; the offset is that of the first byte that shows it.
    case format(String, offset: Int, reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .read(let path, let reason): "cannot read '\(path)': \(reason)"
        case .write(let path, let reason): "cannot write '\(path)': \(reason)"
        case .format(let path, let offset, let reason): "'\(path)', byte \(offset): \(reason)"
        }
    }

    /// A file that is missing or malformed is the request's mistake only in part; all count as failures.
    public var blame: Blame { .execution }
}
