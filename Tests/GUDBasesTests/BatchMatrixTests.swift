import GUDCore
import GUDLinearAlgebra
import Testing

/// The bits of one row do not depend on its batch: across the switch of block sizes, panels and padding.
@Suite struct BatchMatrixTests {
    @Test(
        "rows alone, in batches of every kind, and spread over threads give the same bits",
        arguments: [
            (1, 1), (1, 500), (64, 64), (100, 100), (250, 250), (253, 247), (255, 256), (257, 300), (600, 513),
            (300, 1), (784, 784), (1, 70000),
        ])
    func bits(rowCount: Int, columnCount: Int) {
        let noise = CounterNoise(seed: 3, purpose: .checking)
        let matrix = BatchMatrix(
            noise.normals(samples: 0..<rowCount, count: columnCount), rowCount: rowCount, columnCount: columnCount)
        for transposed in [false, true] {
            let (inner, outer) = transposed ? (rowCount, columnCount) : (columnCount, rowCount)
            let largest = 259
            let source = noise.normals(samples: 1_000_000..<1_000_000 + largest, count: inner)
            let apply = { (first: Int, count: Int, spread: Bool) -> [Float] in
                var result = [Float](repeating: .nan, count: count * outer)
                var span = result.mutableSpan
                let part = source.span.extracting(first * inner..<(first + count) * inner)
                switch (transposed, spread) {
                case (false, false): matrix.apply(part, into: &span)
                case (false, true): matrix.apply(part, into: &span) { Parallel.forEach($0, $1) }
                case (true, false): matrix.applyTransposed(part, into: &span)
                case (true, true): matrix.applyTransposed(part, into: &span) { Parallel.forEach($0, $1) }
                }
                return result
            }
            let all = apply(0, largest, false)
            #expect(apply(0, largest, true) == all)
            for (first, count) in [
                (0, 1), (258, 1), (17, 2), (100, 16), (3, 17), (1, 64), (60, 65), (5, 128), (2, 129),
            ] {
                #expect(
                    apply(first, count, false) == Array(all[first * outer..<(first + count) * outer]),
                    "\(count) rows from \(first), transposed: \(transposed)")
            }
        }
    }

    @Test("applies the matrix and its transpose")
    func values() {
        let matrix = BatchMatrix([1, 2, 3, 4, 5, 6], rowCount: 2, columnCount: 3)
        var (forward, back) = ([Float](repeating: 0, count: 4), [Float](repeating: 0, count: 3))
        var span = forward.mutableSpan
        matrix.apply([1, 1, 1, 1, 0, -1].span, into: &span)
        #expect(forward == [6, 15, -2, -2])
        var backSpan = back.mutableSpan
        matrix.applyTransposed([1, -1].span, into: &backSpan)
        #expect(back == [-3, -3, -3])
    }
}
