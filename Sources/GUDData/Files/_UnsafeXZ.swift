import CLZMA

/// Decompression of xz files, several streams in a row included, through liblzma.
enum _UnsafeXZ {
    static let magic: [UInt8] = [0xFD] + Array("7zXZ".utf8) + [0]
    /// liblzma's `LZMA_CONCATENATED`, a macro that Swift does not see.
    private static let concatenated: UInt32 = 0x08

    /// All streams' contents, one after the other; checksums are verified.
    static func decompress(_ source: [UInt8]) throws(DecompressionFailure) -> [UInt8] {
        var stream = lzma_stream()
        guard lzma_stream_decoder(&stream, .max, concatenated) == LZMA_OK else {
            throw DecompressionFailure(offset: 0, reason: "liblzma could not be started; free some memory")
        }
        defer { lzma_end(&stream) }

        var output = GrowingBytes(expecting: 4 * source.count)
        while true {
            let status = step(&stream, source, &output)
            switch status {
            case LZMA_STREAM_END: return output.finished()
            case LZMA_OK: continue
            case LZMA_BUF_ERROR: throw .truncated("xz", at: Int(stream.total_in))
            default: throw .damaged("xz", at: Int(stream.total_in), text(of: status))
            }
        }
    }

    /// Decompresses until the streams end or the free room is full.
    private static func step(
        _ stream: inout lzma_stream, _ source: [UInt8], _ output: inout GrowingBytes
    ) -> lzma_ret {
        var status = LZMA_OK
        output.fill { room in
            source.withUnsafeBufferPointer { source in
                let offset = Int(stream.total_in)
                stream.next_in = source.baseAddress.map { $0 + offset }
                stream.avail_in = source.count - offset
                stream.next_out = room.baseAddress
                stream.avail_out = room.count
                status = lzma_code(&stream, LZMA_FINISH)
                return room.count - stream.avail_out
            }
        }
        return status
    }

    private static func text(of status: lzma_ret) -> String {
        switch status {
        case LZMA_DATA_ERROR: "corrupt data"
        case LZMA_FORMAT_ERROR: "not the xz format"
        case LZMA_OPTIONS_ERROR: "unsupported options"
        case LZMA_MEM_ERROR: "out of memory"
        default: "liblzma status \(status.rawValue)"
        }
    }
}
