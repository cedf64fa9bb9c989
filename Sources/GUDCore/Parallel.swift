import Dispatch

/// Work spread over the machine's cores, with results that never depend on how it is spread.
public enum Parallel {
    /// The number of threads to use: `GUD_THREADS` where it is a positive number, else the active cores.
    public static let width: Int = {
        if let text = Environment["GUD_THREADS"], let count = Int(text), count > 0 { return count }
        return Environment.activeProcessorCount
    }()

    /// Runs the body once for every index below `count`, in any order, and returns when all are done.
    ///
    /// - Parameters:
    ///   - count: How many indices there are.
    ///   - grain: Indices handed to a thread at a time; small work wants a larger one. With one grain or fewer, the body
    ///     runs on the calling thread.
    ///   - body: Must not touch anything that another index writes.
    public static func forEach(_ count: Int, grain: Int = 1, _ body: @Sendable (Int) -> Void) {
        let chunks = (count + grain - 1) / max(grain, 1)
        guard chunks > 1, width > 1 else {
            for index in 0..<count { body(index) }
            return
        }
        DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
            for index in chunk * grain..<min(count, (chunk + 1) * grain) { body(index) }
        }
    }

    /// Gives every row of a row-major array to the body, each exclusively.
    ///
    /// - Parameters:
    ///   - values: Row-major `[rows, width]`.
    ///   - width: Scalars per row.
    ///   - body: Receives the row's index and its scalars.
    public static func forEachRow<Scalar: BitwiseCopyable & Sendable>(
        of values: inout [Scalar], width: Int, _ body: @Sendable (Int, inout MutableSpan<Scalar>) -> Void
    ) {
        guard width > 0 else { return }
        let rows = values.count / width
        // A grain of about 4,096 scalars keeps the cost of handing out work below one per cent.
        let grain = max(1, 4096 / width)
        values.withUnsafeMutableBufferPointer { buffer in
            let shared = UnsafeRows(base: buffer.baseAddress, width: width)
            forEach(rows, grain: grain) { row in
                shared.withRow(row) { body(row, &$0) }
            }
        }
    }
}
