import CPluginSystem

/// Scalars that end, or begin, exactly where memory that cannot be touched begins.
///
/// Invariant: the memory belongs to this object alone; it is readable throughout, and writable unless it was made
/// read-only.
final class GuardedBuffer<Scalar: BitwiseCopyable> {
    private let start: UnsafeMutablePointer<Scalar>
    private let count: Int

    /// Allocates scalars, all with one value.
    ///
    /// - Parameters:
    ///   - atEnd: Whether the guard follows the last scalar; otherwise it precedes the first.
    ///   - name: What a report of an overrun calls it; it must live as long as the process.
    init?(repeating value: Scalar, count: Int, atEnd: Bool, name: StaticString) {
        let text = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let memory = gud_guarded_allocate(count * MemoryLayout<Scalar>.stride, atEnd ? 1 : 0, text) else {
            return nil
        }
        start = memory.bindMemory(to: Scalar.self, capacity: count)
        start.initialize(repeating: value, count: count)
        self.count = count
    }

    /// Fills the buffer and makes it read-only.
    func hold(_ source: Span<Scalar>) {
        for index in 0..<min(count, source.count) { start[index] = source[index] }
        gud_guarded_protect(start, 1)
    }

    /// The scalars to read.
    var elements: UnsafeBufferPointer<Scalar> { UnsafeBufferPointer(start: start, count: count) }

    /// The scalars to write.
    var mutableElements: UnsafeMutableBufferPointer<Scalar> { UnsafeMutableBufferPointer(start: start, count: count) }

    deinit { gud_guarded_free(start) }
}
