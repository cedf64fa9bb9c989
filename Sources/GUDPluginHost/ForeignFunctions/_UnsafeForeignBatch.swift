import GUDCore
import Synchronization

/// Applies a foreign basis to batches.
///
/// Invariants: source and destination outlive the call and do not overlap, for they are a span and an exclusive span;
/// every row is read and written by one thread; each thread has a workspace of its own.
extension ForeignBasis {
    enum Direction: String {
        case forward, inverse
    }

    private typealias Rows = (source: UnsafePointer<Float>, destination: UnsafeMutablePointer<Float>)

    func transform(
        _ direction: Direction, _ source: Span<Float>, into destination: inout MutableSpan<Float>
    ) throws(BasisError) {
        let batch = try batchCount(
            source: source.count, rowsOf: dimension, destination: destination.count, rowsOf: dimension)
        let failure = source.withUnsafeBufferPointer { source in
            destination.withUnsafeMutableBufferPointer { destination -> BasisError? in
                guard batch > 0, let from = source.baseAddress, let to = destination.baseAddress else { return nil }
                return object.exclusively { transform(direction, (from, to), batch: batch) }
            }
        }
        if let failure { throw failure }
    }

    private func transform(_ direction: Direction, _ rows: Rows, batch: Int) -> BasisError? {
        // About 16,384 scalars take some ten microseconds, well above the cost of handing them to a thread.
        let group = max(1, 16384 / dimension)
        guard object.isConcurrent, batch > group else { return transform(direction, rows, range: 0..<batch) }
        let failures = Mutex<[Int: BasisError]>([:])
        nonisolated(unsafe) let rows = rows
        Parallel.forEach((batch + group - 1) / group) { index in
            let range = index * group..<min(batch, (index + 1) * group)
            if let failure = transform(direction, rows, range: range) {
                failures.withLock { $0[index] = failure }
            }
        }
        return failures.withLock { $0.min { $0.key < $1.key }?.value }
    }

    private func transform(_ direction: Direction, _ rows: Rows, range: Range<Int>) -> BasisError? {
        let call = direction == .forward ? object.forward : object.inverse
        let factors = direction == .forward ? forwardFactors : inverseFactors
        return isDirect && !guardPages
            ? transformDirectly(call, factors, rows, range: range)
            : transformCopies(direction, call, factors, rows, range: range)
    }

    private func transformDirectly(
        _ call: PreparedCall, _ factors: ComponentFactors, _ rows: Rows, range: Range<Int>
    ) -> BasisError? {
        for row in range {
            let (source, destination) = (rows.source + row * dimension, rows.destination + row * dimension)
            // The manifest promises that the function does not write here; the check of the sample pairs looks.
            let result = call(input: UnsafeMutableRawPointer(mutating: source), output: destination)
            if let failure = call.description.basisFailure(result) { return failure }
            if case .none = factors { continue }
            for index in 0..<dimension { destination[index] *= factors[index] }
        }
        return nil
    }

    private func transformCopies(
        _ direction: Direction, _ call: PreparedCall, _ factors: ComponentFactors, _ rows: Rows, range: Range<Int>
    ) -> BasisError? {
        let symbol = call.description.symbol
        let (before, after) = direction == .forward ? (ComponentFactors.none, factors) : (factors, .none)
        let failure: BasisError?? = ForeignWorkspace.with(
            bytes: dimension * elements.width, alignment: isDirect ? 4 : 64, guardPages: guardPages
        ) { workspace in
            for row in range {
                let (source, destination) = (rows.source + row * dimension, rows.destination + row * dimension)
                fill(call.isInPlace ? workspace.output : workspace.input, from: source, before)
                let result = call(input: workspace.input, output: workspace.output)
                if let failure = call.description.basisFailure(result) { return failure }
                read(workspace.output, into: destination, after)
                if isDirect, let index = firstChange(workspace.input, source, before) {
                    return .failed(reason: "'\(symbol)' overwrites its input at index \(index); use buffers: copied")
                }
            }
            if workspace.isIntact { return nil }
            return .failed(reason: ForeignFunctionError.outsideBuffer(call: symbol).description)
        }
        switch failure {
        case .none:
            return .failed(reason: ForeignFunctionError.memory(bytes: 2 * dimension * elements.width).description)
        case .some(let failure): return failure
        }
    }

    private func fill(
        _ buffer: UnsafeMutableRawPointer, from source: UnsafePointer<Float>, _ factors: ComponentFactors
    ) {
        switch (elements, factors) {
        case (.float, .none): buffer.copyMemory(from: source, byteCount: 4 * dimension)
        case (.float, _):
            let values = buffer.bindMemory(to: Float.self, capacity: dimension)
            for index in 0..<dimension { values[index] = source[index] * factors[index] }
        case (.double, _):
            let values = buffer.bindMemory(to: Double.self, capacity: dimension)
            for index in 0..<dimension { values[index] = Double(source[index]) * Double(factors[index]) }
        }
    }

    private func read(
        _ buffer: UnsafeMutableRawPointer, into destination: UnsafeMutablePointer<Float>, _ factors: ComponentFactors
    ) {
        switch (elements, factors) {
        case (.float, .none):
            destination.update(from: buffer.bindMemory(to: Float.self, capacity: dimension), count: dimension)
        case (.float, _):
            let values = buffer.bindMemory(to: Float.self, capacity: dimension)
            for index in 0..<dimension { destination[index] = values[index] * factors[index] }
        case (.double, _):
            let values = buffer.bindMemory(to: Double.self, capacity: dimension)
            for index in 0..<dimension { destination[index] = Float(values[index] * Double(factors[index])) }
        }
    }

    /// Where a function has changed the copy that stands for the host's own scalars.
    private func firstChange(
        _ buffer: UnsafeMutableRawPointer, _ source: UnsafePointer<Float>, _ factors: ComponentFactors
    ) -> Int? {
        let values = buffer.bindMemory(to: Float.self, capacity: dimension)
        return (0..<dimension).first { values[$0].bitPattern != (source[$0] * factors[$0]).bitPattern }
    }
}

extension ForeignCall {
    /// The error of a transform that reports failure.
    func basisFailure(_ result: UInt64) -> BasisError? {
        failure(result).map {
            .failed(reason: "'\(symbol)' returned \($0.returned), and \($0.expected) means success")
        }
    }
}
