import GUDPluginKit

/// The samples of a batch, one at a time, on several threads.
///
/// Invariants: both buffers outlive the call, for `Parallel.forEach` returns only when all is done; a row is read and
/// written by one thread; scratch belongs to one group of samples, and is reserved once for each group.
enum SampleRows {
    /// Applies a transform to every row; scratch is as long as a row and holds anything.
    static func transform(
        _ source: Span<Float>, of width: Int, into destination: inout MutableSpan<Float>,
        _ kernel: @Sendable (Span<Float>, inout MutableSpan<Float>, _ scratch: inout MutableSpan<Float>) -> Void
    ) {
        let batch = source.count / width
        // Some ten microseconds of work, well above the cost of handing it to a thread.
        let group = max(1, 16384 / width)
        source.withUnsafeBufferPointer { source in
            destination.withUnsafeMutableBufferPointer { destination in
                nonisolated(unsafe) let (source, destination) = (source, destination)
                Parallel.forEach((batch + group - 1) / group) { index in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scratch in
                        scratch.initialize(repeating: 0)
                        var scratchSpan = scratch.mutableSpan
                        for row in index * group..<min(batch, (index + 1) * group) {
                            let range = row * width..<(row + 1) * width
                            let result = UnsafeMutableBufferPointer(rebasing: destination[range])
                            var resultSpan = result.mutableSpan
                            kernel(UnsafeBufferPointer(rebasing: source[range]).span, &resultSpan, &scratchSpan)
                        }
                    }
                }
            }
        }
    }
}
