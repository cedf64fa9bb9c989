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
            let whole = Array(text.utf8)
            var end = min(whole.count, buffer.count - 1)
            // A cut inside a character would leave bytes that are no UTF-8.
            while end < whole.count, end > 0, whole[end] & 0xC0 == 0x80 { end -= 1 }
            buffer.copyBytes(from: whole[..<end] + [0])
        }
        return code
    }
}
