import GUDCore

/// The first guess of a mixture fit: samples far from each other as centres (k-means++), then k-means.
///
/// Source: Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
struct MixtureSeeding {
    let seed: UInt64
    let components: Int
    /// Steps of k-means; it need not converge, as expectation maximisation follows.
    private static let steps = 20

    /// One-hot responsibilities, row-major `[count, components]`.
    func responsibilities(of data: MixtureData) -> [Double] {
        var centres = spreadCentres(data)
        var nearest: [Int] = []
        for _ in 0..<Self.steps {
            let assigned = assign(data, centres)
            if assigned == nearest { break }
            nearest = assigned
            centres = averages(data, nearest, keeping: centres)
        }
        var responsibilities = [Double](repeating: 0, count: data.count * components)
        for (sample, k) in nearest.enumerated() { responsibilities[sample * components + k] = 1 }
        return responsibilities
    }

    /// Samples as centres, each drawn with a probability proportional to its squared distance to the nearest one so far.
    private func spreadCentres(_ data: MixtureData) -> [Double] {
        let (noise, width) = (CounterNoise(seed: seed, purpose: .initialisation), data.componentCount)
        var centres: [Double] = []
        var distances = [Double](repeating: 1, count: data.count)
        for k in 0..<components {
            var rest = noise.uniform(sample: k) * distances.reduce(0, +)
            let chosen = distances.firstIndex { distance in
                rest -= distance
                return rest < 0
            }
            let sample = chosen ?? data.count - 1
            let centre = Array(data.samples[sample * width..<(sample + 1) * width])
            centres += centre
            for index in distances.indices {
                let distance = squaredDistance(data, index, centre, 0)
                distances[index] = k == 0 ? distance : min(distances[index], distance)
            }
        }
        return centres
    }

    private func assign(_ data: MixtureData, _ centres: [Double]) -> [Int] {
        var nearest = [Int](repeating: 0, count: data.count)
        Parallel.forEachRow(of: &nearest, width: 1) { sample, place in
            var least = Double.infinity
            for k in 0..<components {
                let distance = squaredDistance(data, sample, centres, k)
                if distance < least { (least, place[0]) = (distance, k) }
            }
        }
        return nearest
    }

    /// The means of the samples assigned to each centre; one without samples stays where it was.
    private func averages(_ data: MixtureData, _ nearest: [Int], keeping centres: [Double]) -> [Double] {
        let width = data.componentCount
        var sums = [Double](repeating: 0, count: centres.count)
        var sizes = [Double](repeating: 0, count: components)
        for (sample, k) in nearest.enumerated() {
            sizes[k] += 1
            for index in 0..<width { sums[k * width + index] += data.samples[sample * width + index] }
        }
        return sums.indices.map { sizes[$0 / width] > 0 ? sums[$0] / sizes[$0 / width] : centres[$0] }
    }

    private func squaredDistance(_ data: MixtureData, _ sample: Int, _ centres: [Double], _ k: Int) -> Double {
        let width = data.componentCount
        let (a, b) = (
            data.samples.span.extracting(sample * width..<(sample + 1) * width),
            centres.span.extracting(k * width..<(k + 1) * width)
        )
        var sum = 0.0
        for index in 0..<width { sum += (a[index] - b[index]) * (a[index] - b[index]) }
        return sum
    }
}
