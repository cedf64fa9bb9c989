import GUDCore

/// A transform of single samples, applied to a batch on several threads.
///
/// Invariants: the buffers outlive the call; every row is read and written by one thread; each thread has scratch space of
/// its own, which is allocated once per group of samples, never per sample.
enum SampleBatch {
    /// What happens to one sample: reads the source row, writes the destination row; scratch holds anything.
    typealias Kernel =
        @Sendable (
            _ source: Span<Float>, _ destination: inout MutableSpan<Float>, _ scratch: inout MutableSpan<Float>
        ) -> Void

    /// Applies a kernel to every row.
    ///
    /// The kernel sees one sample at a time, so that the result for one cannot depend on its batch or on the threads.
    static func transform(
        _ source: Span<Float>, rowsOf sourceRow: Int, into destination: inout MutableSpan<Float>,
        rowsOf destinationRow: Int, scratch scratchCount: Int, _ kernel: Kernel
    ) {
        let batch = source.count / sourceRow
        guard batch > 0 else { return }
        // A group of about 16,384 scalars takes some ten microseconds, well above the cost of handing it to a thread.
        let group = max(1, 16384 / max(sourceRow, destinationRow))
        source.withUnsafeBufferPointer { source in
            destination.withUnsafeMutableBufferPointer { destination in
                nonisolated(unsafe) let (source, destination) = (source, destination)
                Parallel.forEach((batch + group - 1) / group) { index in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
                        scratch.initialize(repeating: 0)
                        var scratchSpan = scratch.mutableSpan
                        for row in index * group..<min(batch, (index + 1) * group) {
                            let input = UnsafeBufferPointer(rebasing: source[row * sourceRow..<(row + 1) * sourceRow])
                            let output = UnsafeMutableBufferPointer(
                                rebasing: destination[row * destinationRow..<(row + 1) * destinationRow])
                            var outputSpan = output.mutableSpan
                            kernel(input.span, &outputSpan, &scratchSpan)
                        }
                    }
                }
            }
        }
    }
}
