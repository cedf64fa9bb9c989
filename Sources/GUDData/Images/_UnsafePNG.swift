import CPNG

/// PNG through libpng's simplified interface.
///
/// libpng keeps the addresses of its `png_image` and of the source from the beginning of a reading to its end, so both are
/// pinned for the whole of it.
enum _UnsafePNG {
    static let magic: [UInt8] = [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A]

    /// The image in eight bits per channel, grey where it has no colour, transparent parts over a grey.
    static func decode(_ bytes: [UInt8], background: UInt8 = 255) throws(CodecFailure) -> PixelImage {
        let image = blank()
        defer { release(image) }
        return try bytes.withUnsafeBufferPointer { source throws(CodecFailure) in
            guard png_image_begin_read_from_memory(image, source.baseAddress, source.count) != 0 else {
                throw failure(image)
            }
            let isColour = image.pointee.format & PNG_FORMAT_FLAG_COLOR != 0
            let (height, width, channels) = (Int(image.pointee.height), Int(image.pointee.width), isColour ? 3 : 1)
            try CodecFailure.checkSize(height: height, width: width)
            image.pointee.format = isColour ? PNG_FORMAT_FLAG_COLOR : 0
            // Without a gamma of their own, 16-bit images are taken for sRGB, as 8-bit ones are.
            image.pointee.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            var behind = png_color(red: background, green: background, blue: background)
            var pixels = [UInt8](repeating: 0, count: height * width * channels)
            guard png_image_finish_read(image, &behind, &pixels, png_int_32(width * channels), nil) != 0 else {
                throw failure(image)
            }
            return PixelImage(height: height, width: width, channels: channels, bytes: pixels)
        }
    }

    /// A PNG file's bytes.
    static func encode(_ pixels: PixelImage) throws(CodecFailure) -> [UInt8] {
        try CodecFailure.checkSize(height: pixels.height, width: pixels.width)
        let image = blank()
        defer { release(image) }
        image.pointee.height = png_uint_32(pixels.height)
        image.pointee.width = png_uint_32(pixels.width)
        image.pointee.format = pixels.channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0
        let stride = png_int_32(pixels.width * pixels.channels)
        // Deflate adds at most a few bytes per 16 kB and a filter byte per row; the headers take less than 1 kB.
        var size = png_alloc_size_t(pixels.bytes.count + pixels.height + pixels.bytes.count / 1000 + 4096)
        var bytes = [UInt8](repeating: 0, count: Int(size))
        guard png_image_write_to_memory(image, &bytes, &size, 0, pixels.bytes, stride, nil) != 0 else {
            throw failure(image)
        }
        bytes.removeLast(bytes.count - Int(size))
        return bytes
    }

    private static func blank() -> png_imagep {
        let image = png_imagep.allocate(capacity: 1)
        image.initialize(to: png_image())
        image.pointee.version = png_uint_32(PNG_IMAGE_VERSION)
        return image
    }

    private static func release(_ image: png_imagep) {
        png_image_free(image)
        image.deallocate()
    }

    private static func failure(_ image: png_imagep) -> CodecFailure {
        let message = withUnsafeBytes(of: image.pointee.message) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return CodecFailure(reason: "not a whole PNG image (\(message))")
    }
}
