/// Rows of one buffer, handed to several threads at once.
///
/// Invariant: the buffer outlives every use, and no row is in use twice at a time. `Parallel.forEachRow` guarantees both: it
/// returns only when all rows are done, and gives out each row once.
struct UnsafeRows<Scalar: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Scalar>?
    let width: Int

    func withRow(_ index: Int, _ body: (inout MutableSpan<Scalar>) -> Void) {
        let row = UnsafeMutableBufferPointer(start: base.map { $0 + index * width }, count: width)
        var span = row.mutableSpan
        body(&span)
    }
}
