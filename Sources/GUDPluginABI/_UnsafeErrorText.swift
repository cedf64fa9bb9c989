import CGUDPlugin

extension gud_error {
    /// An error to hand to a function, with nothing in it yet.
    public static func empty() -> gud_error {
        var error = gud_error()
        error.struct_size = Versioned.size(of: gud_error.self)
        return error
    }

    /// The message, read up to its zero or its end.
    public var text: String {
        withUnsafeBytes(of: message) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Describes an error and returns its code; the text is cut at a whole character where it does not fit.
    ///
    /// Invariant: no more than the caller's own message buffer is written.
    @discardableResult
    public static func report(
        _ text: String, code: gud_status, to error: UnsafeMutablePointer<gud_error>?
    ) -> gud_status {
        guard let error else { return code }
        error.pointee.code = code
        withUnsafeMutableBytes(of: &error.pointee.message) { buffer in
            var bytes = Array(text.utf8.prefix(buffer.count - 1))
            // A cut inside a character would leave bytes that are no UTF-8.
            while bytes.count < text.utf8.count, let last = bytes.last, last & 0x80 != 0 {
                bytes.removeLast()
                if last & 0xC0 == 0xC0 { break }
            }
            buffer.copyBytes(from: bytes + [0])
        }
        return code
    }
}
