import CZlib

/// Decompression of gzip files, several members in a row included, through zlib.
///
/// Source: RFC 1952, "GZIP file format specification version 4.3".
enum _UnsafeGzip {
    static let magic: [UInt8] = [0x1F, 0x8B]

    /// All members' contents, one after the other; checksums are verified.
    static func decompress(_ source: [UInt8]) throws(DecompressionFailure) -> [UInt8] {
        // zlib checks that its stream stays at one address.
        let stream = z_streamp.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        // 15 bits of window; 16 more ask for a gzip header and trailer.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw DecompressionFailure(offset: 0, reason: "zlib could not be started; free some memory")
        }
        defer { inflateEnd(stream) }

        var output = GrowingBytes(expecting: expectedSize(of: source))
        var offset = 0
        while true {
            let status = step(stream, source, &offset, &output)
            switch status {
            case Z_STREAM_END where offset == source.count: return output.finished()
            case Z_STREAM_END: inflateReset(stream)  // Another member follows.
            case Z_OK: continue
            case Z_BUF_ERROR where offset == source.count: throw .truncated("gzip", at: offset)
            default:
                throw .damaged(
                    "gzip", at: offset, stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
            }
        }
    }

    /// Decompresses until the source is used up, a member ends, or the free room is full.
    private static func step(
        _ stream: z_streamp, _ source: [UInt8], _ offset: inout Int, _ output: inout GrowingBytes
    ) -> Int32 {
        var status = Z_OK
        var consumed = 0
        output.fill { room in
            source.withUnsafeBufferPointer { source in
                // zlib counts in 32 bits: larger sources and rooms are passed in parts.
                let available = UInt32(clamping: source.count - offset)
                let free = UInt32(clamping: room.count)
                stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + offset) }
                stream.pointee.avail_in = available
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = free
                status = inflate(stream, Z_NO_FLUSH)
                consumed = Int(available - stream.pointee.avail_in)
                return Int(free - stream.pointee.avail_out)
            }
        }
        offset += consumed
        return status
    }

    /// The size that the trailer claims, as far as it can be believed: deflate shrinks by 1032 at most.
    private static func expectedSize(of source: [UInt8]) -> Int {
        let claimed = source.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        return min(claimed, 1032 * source.count) + 1
    }
}
