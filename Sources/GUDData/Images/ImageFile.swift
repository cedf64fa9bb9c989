import Foundation
import GUDCore

/// Images in files.
public enum ImageFile {
    /// Reads a PNG or JPEG file; its first bytes say which it is, not its name.
    ///
    /// 16-bit channels are reduced to 8, palettes resolved, transparent parts laid over a grey.
    ///
    /// - Parameter background: The grey behind transparent parts, 0 to 255: white by default.
    /// - Throws: ``FileError/read(_:reason:)`` where the file is missing or damaged, ``FileError/format(_:offset:reason:)`` where
    ///   it is neither.
    public static func read(_ path: String, background: UInt8 = 255) throws(FileError) -> PixelImage {
        let bytes = try [UInt8](AtomicFile.read(path))
        do {
            if bytes.starts(with: _UnsafePNG.magic) { return try _UnsafePNG.decode(bytes, background: background) }
            if bytes.starts(with: _UnsafeJPEG.magic) { return try _UnsafeJPEG.decode(bytes) }
        } catch {
            throw .read(path, reason: error.reason)
        }
        throw .format(path, offset: 0, reason: "is neither a PNG nor a JPEG image (wrong magic)")
    }
}

/// PNG files.
public enum PNGFile {
    /// Writes an image, grey or colour, atomically.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public static func write(_ image: PixelImage, to path: String) throws(FileError) {
        try AtomicFile.write(Data(try bytes(of: image, for: path)), to: path)
    }

    /// An image as the bytes of a file.
    ///
    /// - Parameter path: What messages call it.
    /// - Throws: ``FileError/write(_:reason:)``.
    public static func bytes(of image: PixelImage, for path: String) throws(FileError) -> [UInt8] {
        do {
            return try _UnsafePNG.encode(image)
        } catch {
            throw .write(path, reason: error.reason)
        }
    }

    /// Reads an image.
    ///
    /// - Throws: As ``ImageFile/read(_:)``; a JPEG image is not a PNG image.
    public static func read(_ path: String) throws(FileError) -> PixelImage {
        let bytes = try [UInt8](AtomicFile.read(path))
        guard bytes.starts(with: _UnsafePNG.magic) else {
            throw .format(path, offset: 0, reason: "is not a PNG image (wrong magic)")
        }
        do {
            return try _UnsafePNG.decode(bytes)
        } catch {
            throw .read(path, reason: error.reason)
        }
    }
}

/// Why a codec gave up, in a phrase that follows a path.
struct CodecFailure: Error {
    let reason: String

    /// Refuses images without pixels, and headers that claim more than any sensible image has.
    static func checkSize(height: Int, width: Int) throws(CodecFailure) {
        guard height > 0, width > 0, height <= PixelImage.maximumPixels / width else {
            throw CodecFailure(
                reason: "an image of \(height)×\(width) pixels; allowed: 1 to \(PixelImage.maximumPixels)")
        }
    }
}
