import GUDCore

/// What the synthetic sets of points in the plane share.
///
/// Point *i* is a pure function of the seed, of whether it is a training or a test point, and of *i*: asking for more points
/// never changes the ones before.
enum ToyPlane {
    static let count = Parameter("count", default: 10_000, range: 1...1e8, "Training points.")
    static let testCount = Parameter("testCount", default: 2_000, range: 0...1e8, "Test points.")

    /// Random numbers for one point.
    struct Draw {
        fileprivate let noise: CounterNoise
        fileprivate let index: Int
        fileprivate let part: Int

        /// The *k*-th uniform number in (0, 1) of this point.
        func uniform(_ k: Int) -> Double { noise.uniform(sample: index, step: 2 * part, component: k) }

        /// Two standard normals, independent of the uniforms.
        func normals() -> (Double, Double) {
            var pair = [Float](repeating: 0, count: 2)
            var span = pair.mutableSpan
            noise.fillNormals(&span, sample: index, step: 2 * part + 1)
            return (Double(pair[0]), Double(pair[1]))
        }
    }

    /// One point, with its class where the set has classes.
    typealias Point = (x: Double, y: Double, label: Int?)

    /// A factory for a set of points.
    static func factory(
        name: String, summary: String, classCount: Int = 0, point: @escaping @Sendable (Draw) -> Point
    ) -> DatasetFactory {
        DatasetFactory(
            Descriptor(
                name: name, summary: summary, schema: ParameterSchema([count.specification, testCount.specification]))
        ) { parameters, context in
            let noise = CounterNoise(seed: context.seed, purpose: .synthesis)
            func part(_ part: Int, count: Int) -> LabelledSamples {
                let points = (0..<count).map { point(Draw(noise: noise, index: $0, part: part)) }
                return LabelledSamples(
                    values: points.flatMap { [Float($0.x), Float($0.y)] },
                    labels: classCount > 0 ? points.map { $0.label ?? 0 } : nil, dimension: 2)
            }
            return try Dataset(
                name: name, shape: .vector(2), classCount: classCount,
                training: part(0, count: parameters[count]), test: part(1, count: parameters[testCount]))
        }
    }
}
