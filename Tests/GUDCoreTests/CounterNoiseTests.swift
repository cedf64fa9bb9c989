import GUDCore
import Testing

/// Independence of everything that a number is a function of, and independence from everything that it is not.
@Suite struct CounterNoiseTests {
    private static let seed: UInt64 = 11

    private static func draws(
        seed: UInt64 = seed, purpose: CounterNoise.Purpose = .prior, sample: Int = 3, step: Int = 5,
        count: Int = 200_000
    ) -> [Float] {
        CounterNoise(seed: seed, purpose: purpose).normals(samples: sample..<sample + 1, count: count, step: step)
    }

    /// The correlation of two streams in standard errors.
    private static func correlation(_ a: [Float], _ b: [Float]) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(a.count).squareRoot()
    }

    @Test("streams of other seeds, purposes, samples or steps are uncorrelated")
    func independence() {
        let base = Self.draws()
        let others: [(String, [Float])] = [
            ("seed + 1", Self.draws(seed: Self.seed + 1)), ("seed + 2³²", Self.draws(seed: Self.seed + 1 << 32)),
            ("sampler", Self.draws(purpose: .sampler)), ("training", Self.draws(purpose: .training)),
            ("next sample", Self.draws(sample: 4)), ("sample + 2³²", Self.draws(sample: 3 + 1 << 32)),
            ("next step", Self.draws(step: 6)), ("step and sample exchanged", Self.draws(sample: 5, step: 3)),
        ]
        for (what, stream) in others {
            let deviation = Self.correlation(base, stream)
            print("seed \(Self.seed): correlation with \(what) is \(deviation) standard errors")
            #expect(deviation.magnitude < 5, "\(what)")
            #expect(base != stream, "\(what)")
        }
        let lagged = Self.correlation(Array(base.dropLast(2)), Array(base.dropFirst(2)))
        #expect(lagged.magnitude < 5, "neighbouring blocks")
    }

    @Test("no two purposes share a number, and no purpose of one seed is another's of a near seed")
    func purposesDiffer() {
        let purposes: [CounterNoise.Purpose] = [
            .prior, .sampler, .training, .trainingTime, .shuffling, .augmentation, .splitting, .projection, .synthesis,
            .initialisation, .checking,
        ]
        var seen: Set<Double> = []
        for purpose in purposes {
            for seed in UInt64(0)..<100 {
                seen.insert(CounterNoise(seed: seed, purpose: purpose).uniform(sample: 0))
            }
        }
        #expect(seen.count == purposes.count * 100)
    }

    @Test("the same bits come out for every split of a batch") func batchSplits() {
        let noise = CounterNoise(seed: Self.seed, purpose: .sampler)
        let whole = noise.normals(samples: 0..<37, count: 129, step: 2)
        for size in [1, 2, 5, 36, 37] {
            var parts: [Float] = []
            for start in stride(from: 0, to: 37, by: size) {
                parts += noise.normals(samples: start..<min(37, start + size), count: 129, step: 2)
            }
            #expect(parts == whole, "batches of \(size)")
        }
    }

    @Test("the same bits come out on one thread and on many") func threads() {
        let noise = CounterNoise(seed: Self.seed, purpose: .sampler)
        let spread = noise.normals(samples: 0..<64, count: 3000)
        var serial: [Float] = []
        for sample in 0..<64 {
            var row = [Float](repeating: 0, count: 3000)
            var span = row.mutableSpan
            noise.fillNormals(&span, sample: sample)
            serial += row
        }
        #expect(spread == serial)
    }

    @Test("fewer components are a prefix of more") func prefixes() {
        let long = Self.draws(count: 101)
        for count in [0, 1, 2, 3, 50, 99, 100] { #expect(Self.draws(count: count) == Array(long.prefix(count))) }
    }

    @Test("uniform numbers fill the open unit interval evenly") func uniforms() {
        let noise = CounterNoise(seed: Self.seed, purpose: .trainingTime)
        let n = 200_000
        var (sum, squares) = (0.0, 0.0)
        for sample in 0..<n {
            let value = noise.uniform(sample: sample)
            #expect(value > 0 && value < 1)
            sum += value
            squares += value * value
        }
        #expect((sum / Double(n) - 0.5).magnitude < 5 * (1 / 12.0 / Double(n)).squareRoot())
        #expect((squares / Double(n) - 1 / 3.0).magnitude < 5 * (4 / 45.0 / Double(n)).squareRoot())
    }
}
