import CRSVG

/// Pixels through librsvg and cairo.
///
/// Every object that a C function returns is released by the function that asked for it, on every way out. Cairo writes its
/// PNG through a callback that is given the address of an array, which outlives the call.
enum _UnsafeRaster {
    /// An SVG document as a PNG file's bytes.
    static func png(svg: String, width: Int, height: Int) throws(PlotError) -> [UInt8] {
        guard (1...32767).contains(width), (1...32767).contains(height) else {
            throw .size(width: width, height: height)
        }
        var error: UnsafeMutablePointer<GError>?
        let bytes = Array(svg.utf8)
        guard let handle = rsvg_handle_new_from_data(bytes, gsize(bytes.count), &error) else { throw failure(error) }
        defer { gud_rsvg_release(handle) }
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        defer { cairo_surface_destroy(surface) }
        guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
            throw failure(cairo_surface_status(surface))
        }
        let context = cairo_create(surface)
        defer { cairo_destroy(context) }
        var viewport = RsvgRectangle(x: 0, y: 0, width: Double(width), height: Double(height))
        guard rsvg_handle_render_document(handle, context, &viewport, &error) != 0 else { throw failure(error) }
        return try encoded(surface)
    }

    /// Pixels, row-major from the top, as a PNG file's bytes.
    static func png(_ pixels: [RGB], rows: Int, columns: Int) throws(PlotError) -> [UInt8] {
        guard (1...32767).contains(columns), (1...32767).contains(rows) else {
            throw .size(width: columns, height: rows)
        }
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(columns), Int32(rows))
        defer { cairo_surface_destroy(surface) }
        guard let data = cairo_image_surface_get_data(surface) else { throw failure(cairo_surface_status(surface)) }
        cairo_surface_flush(surface)
        let stride = Int(cairo_image_surface_get_stride(surface))
        for row in 0..<rows {
            for column in 0..<columns {
                let pixel = pixels[row * columns + column]
                let word = UInt32(pixel.red) << 16 | UInt32(pixel.green) << 8 | UInt32(pixel.blue)
                UnsafeMutableRawPointer(data).storeBytes(
                    of: word, toByteOffset: row * stride + 4 * column, as: UInt32.self)
            }
        }
        cairo_surface_mark_dirty(surface)
        return try encoded(surface)
    }

    private static func encoded(_ surface: OpaquePointer?) throws(PlotError) -> [UInt8] {
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { target in
            cairo_surface_write_to_png_stream(
                surface,
                { target, data, count in
                    let part = UnsafeBufferPointer(start: data, count: Int(count))
                    target?.assumingMemoryBound(to: [UInt8].self).pointee.append(contentsOf: part)
                    return CAIRO_STATUS_SUCCESS
                }, target)
        }
        guard status == CAIRO_STATUS_SUCCESS else { throw failure(status) }
        return bytes
    }

    private static func failure(_ status: cairo_status_t) -> PlotError {
        .raster(reason: String(cString: cairo_status_to_string(status)))
    }

    private static func failure(_ error: UnsafeMutablePointer<GError>?) -> PlotError {
        defer { g_error_free(error) }
        return .raster(reason: error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "unknown")
    }
}
