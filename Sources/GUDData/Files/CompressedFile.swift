import Foundation
import GUDCore

/// Files that may be compressed: what is inside counts, not the name.
enum CompressedFile {
    /// The suffixes that a compressed file usually has.
    static let suffixes = [".gz", ".xz"]

    /// The contents of a file, decompressed where it begins with the magic number of gzip or xz.
    ///
    /// - Throws: ``FileError/read(_:reason:)``, or ``FileError/format(_:offset:reason:)`` with an offset in the compressed file
    ///   where it is damaged.
    /// - Complexity: O(contents); gzip runs at about 300, xz at about 50 megabytes a second.
    static func read(_ path: String) throws(FileError) -> [UInt8] {
        let bytes = try [UInt8](AtomicFile.read(path))
        do {
            if bytes.starts(with: _UnsafeGzip.magic) { return try _UnsafeGzip.decompress(bytes) }
            if bytes.starts(with: _UnsafeXZ.magic) { return try _UnsafeXZ.decompress(bytes) }
            return bytes
        } catch {
            throw .format(path, offset: error.offset, reason: error.reason)
        }
    }

    /// The path without the suffix of a compressed file.
    static func stem(of path: String) -> String {
        suffixes.first { path.hasSuffix($0) }.map { String(path.dropLast($0.count)) } ?? path
    }
}

/// Where and why decompression stopped.
struct DecompressionFailure: Error {
    /// The offset in the compressed bytes.
    let offset: Int
    /// What is wrong, and the remedy.
    let reason: String

    /// The bytes end before the stream does.
    static func truncated(_ format: String, at offset: Int) -> DecompressionFailure {
        DecompressionFailure(offset: offset, reason: "the \(format) stream ends early; the file is truncated")
    }

    /// The bytes are not what a compressor writes.
    static func damaged(_ format: String, at offset: Int, _ detail: String) -> DecompressionFailure {
        DecompressionFailure(offset: offset, reason: "the \(format) stream is damaged (\(detail)); get the file again")
    }
}

/// Output that grows as a decompressor fills it.
struct GrowingBytes {
    private(set) var bytes: [UInt8]
    private var count = 0

    /// Room for the expected size to begin with.
    init(expecting size: Int) { bytes = [UInt8](repeating: 0, count: max(size, 4096)) }

    /// Gives the free room to the body, which returns how much of it it has filled.
    mutating func fill(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
        let start = count
        count += bytes.withUnsafeMutableBufferPointer { body(UnsafeMutableBufferPointer(rebasing: $0[start...])) }
    }

    /// What has been filled.
    consuming func finished() -> [UInt8] {
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
