import CTurboJPEG

/// JPEG through libjpeg-turbo's own interface.
enum _UnsafeJPEG {
    static let magic: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// The image, grey where the file is.
    ///
    /// A warning counts as an error: it means that part of the picture is made up.
    static func decode(_ bytes: [UInt8]) throws(CodecFailure) -> PixelImage {
        guard let decoder = tjInitDecompress() else {
            throw CodecFailure(reason: "libjpeg-turbo could not be started; free some memory")
        }
        defer { tjDestroy(decoder) }
        func check(_ status: Int32) throws(CodecFailure) {
            guard status == 0 else {
                throw CodecFailure(reason: "not a whole JPEG image (\(String(cString: tjGetErrorStr2(decoder))))")
            }
        }
        let length = UInt(bytes.count)
        var (width, height, subsampling, space) = (Int32(), Int32(), Int32(), Int32())
        try check(tjDecompressHeader3(decoder, bytes, length, &width, &height, &subsampling, &space))
        guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
            throw CodecFailure(reason: "a JPEG image in CMYK; convert it to RGB")
        }
        try CodecFailure.checkSize(height: Int(height), width: Int(width))
        let isGrey = space == Int32(TJCS_GRAY.rawValue)
        let channels = isGrey ? 1 : 3
        var pixels = [UInt8](repeating: 0, count: Int(height) * Int(width) * channels)
        try check(
            tjDecompress2(
                decoder, bytes, length, &pixels, width, 0, height, Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue),
                TJFLAG_ACCURATEDCT))
        return PixelImage(height: Int(height), width: Int(width), channels: channels, bytes: pixels)
    }
}
