import Foundation
import GUDCore

/// The laws about batches, threads and buffers. They compare bits: none allows a tolerance.
extension BasisLaws {
    /// Two calls give the same bits, whatever the destination held.
    func determinism(_ direction: Direction) -> Finding {
        measure("\(direction) twice gives the same bits, whatever the destination held", allowed: 0) {
            let source = random(direction, batch: 3)
            let first = try apply(direction, source, over: 0)
            let second = try apply(direction, source, over: .nan)
            return differences(first, second, "second call")
        }
    }

    /// A sample's bits do not depend on its batch.
    func batchEqualsSingles(_ direction: Direction) -> Finding {
        measure("\(direction) of a batch gives the bits of its samples one by one", allowed: 0) {
            let largest = 65
            let (row, width) = (sourceRow(direction), resultRow(direction))
            let source = random(direction, batch: largest)
            var singles: [Float] = []
            for sample in 0..<largest {
                singles += try apply(direction, Array(source[sample * row..<(sample + 1) * row]))
            }
            var worst = (0.0, "")
            for batch in [0, 1, 2, 3, 7, 64, 65] {
                // The last samples, so that a sample meets several places and batch sizes.
                let result = try apply(direction, Array(source.suffix(batch * row)))
                let found = differences(result, Array(singles.suffix(batch * width)), "batch of \(batch)")
                if found.0 > worst.0 { worst = found }
            }
            return worst
        }
    }

    /// Calls at the same time do not disturb each other.
    func concurrency(_ direction: Direction) -> Finding {
        measure("\(direction) on eight threads at once gives the bits of one", allowed: 0) {
            let batches = (0..<8).map { random(direction, batch: 9, from: 100 * $0) }
            let expected = try batches.map { try apply(direction, $0) }
            let results = Results(count: 8)
            // Threads of its own: a pool may run the calls one after the other.
            let group = DispatchGroup()
            for index in 0..<8 {
                group.enter()
                Thread.detachNewThread {
                    results.set(index, Result { try apply(direction, batches[index]) })
                    group.leave()
                }
            }
            group.wait()
            var worst = (0.0, "")
            for index in 0..<8 {
                let found = differences(try results.get(index), expected[index], "call \(index)")
                if found.0 > worst.0 { worst = found }
            }
            return worst
        }
    }

    /// A NaN reaches its own sample's result, and no other's.
    func isolation(_ direction: Direction) -> Finding {
        measure("\(direction) keeps a NaN in its own sample", allowed: 0) {
            let (row, width) = (sourceRow(direction), resultRow(direction))
            let clean = random(direction, batch: 3)
            var spoilt = clean
            spoilt[row + row / 2] = .nan
            let (expected, result) = (try apply(direction, clean), try apply(direction, spoilt))
            guard result[width..<2 * width].contains(where: \.isNaN) || !dependsOn(row / 2, direction) else {
                return (1, "the NaN is gone from its own sample")
            }
            let neighbours = { (values: [Float]) in Array(values[..<width] + values[(2 * width)...]) }
            return differences(neighbours(result), neighbours(expected), "samples beside the NaN")
        }
    }

    /// Wrong counts are errors, and leave the destination as it was.
    func bufferCounts(_ direction: Direction) -> Finding {
        let (row, width) = (sourceRow(direction), resultRow(direction))
        var wrong: [String] = []
        // A part of a row, a destination that is too long, and one that is too short.
        var cases = [(2 * row, 2 * width + 1), (2 * row, 2 * width - 1), (row, 0), (0, width)]
        if row > 1 { cases += [(2 * row - 1, 2 * width), (row + 1, width)] }
        for (sourceCount, destinationCount) in cases {
            let source = [Float](repeating: 1, count: sourceCount)
            var destination = [Float](repeating: -77, count: destinationCount)
            let place = "\(direction) of \(sourceCount) scalars into \(destinationCount)"
            do {
                var span = destination.mutableSpan
                try transform(direction, source.span, &span)
                wrong.append("\(place) does not throw")
            } catch {
                if destination.contains(where: { $0 != -77 }) { wrong.append("\(place) writes before it throws") }
            }
        }
        return Finding(
            law: "\(direction) refuses buffers of wrong counts before any write", measured: Double(wrong.count),
            allowed: 0, detail: wrong.joined(separator: "; "))
    }

    /// Whether a source scalar reaches any result; a truncated basis may not see some pixels.
    private func dependsOn(_ index: Int, _ direction: Direction) -> Bool {
        var unit = [Float](repeating: 0, count: sourceRow(direction))
        unit[index] = 1
        return ((try? apply(direction, unit)) ?? []).contains { $0 != 0 }
    }

    /// The number of scalars whose bits differ; NaNs are equal.
    private func differences(_ a: [Float], _ b: [Float], _ place: String) -> (Double, String) {
        guard a.count == b.count else { return (.infinity, "\(place): \(a.count) scalars instead of \(b.count)") }
        let differing = a.indices.filter { a[$0].bitPattern != b[$0].bitPattern && !(a[$0].isNaN && b[$0].isNaN) }
        guard let first = differing.first else { return (0, "") }
        return (
            Double(differing.count), "\(place): scalar \(first) is \(a[first]) instead of \(b[first]), seed \(seed)"
        )
    }
}

/// Results of calls that run at the same time, each written once under a lock.
private final class Results: @unchecked Sendable {
    private let queue = DispatchQueue(label: "results")
    private var values: [Result<[Float], any Error>?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ index: Int, _ value: Result<[Float], any Error>) { queue.sync { values[index] = value } }

    func get(_ index: Int) throws -> [Float] { try queue.sync { values[index] }?.get() ?? [] }
}
