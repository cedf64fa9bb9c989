import GUDCore

/// The velocity of the probability-flow ODE of a batch, and its divergence component by component.
///
/// With `c_i = ½ σ_i γ̇_i`, the velocity is `v_i = −c_i (σ_i z_i − ε̂_i)` and `∂v_i/∂z_i = −c_i σ_i + c_i ∂ε̂_i/∂z_i`: nothing is
/// divided by α, σ or β, and components that do not move cost nothing.
struct FlowField {
    private let denoiser: any DifferentiableDenoiser
    private let schedule: any NoiseSchedule
    /// Global indices of the batch's samples.
    private let samples: Range<Int>
    /// One direction per row: random signs, row-major `[samples, probes, K]`; empty for the exact trace.
    private let signs: [Float]
    private let probes: Int
    /// How often the denoiser was asked for the whole batch.
    private(set) var evaluations = 0
    /// Vector–Jacobian products of single samples.
    private(set) var products = 0

    /// Rows that are given to the denoiser at once.
    private static let rowLimit = 1024

    init(
        _ denoiser: any DifferentiableDenoiser, _ schedule: any NoiseSchedule, samples: Range<Int>, trace: FlowTrace,
        seed: UInt64
    ) {
        self.denoiser = denoiser
        self.schedule = schedule
        self.samples = samples
        switch trace {
        case .exact: (signs, probes) = ([], 0)
        case .hutchinson(let count):
            probes = count
            let noise = CounterNoise(seed: seed, purpose: .probe)
            let width = denoiser.componentCount
            var values = [Float](repeating: 0, count: samples.count * count * width)
            Parallel.forEachRow(of: &values, width: width) { row, span in
                let sample = samples.lowerBound + row / count
                for i in span.indices {
                    span[i] = noise.uniform(sample: sample, step: row % count, component: i) < 0.5 ? -1 : 1
                }
            }
            signs = values
        }
    }

    /// The number of components, *K*.
    var componentCount: Int { denoiser.componentCount }

    /// The rate of change of a batch.
    ///
    /// - Parameters:
    ///   - state: z, row-major `[batch, K]`, followed by the accumulated divergences of the same shape.
    ///   - rate: Overwritten; of the same layout.
    mutating func rate(of state: [Double], at time: Double, into rate: inout [Double]) throws {
        let (width, half) = (componentCount, state.count / 2)
        let noising = try schedule.state(at: time)
        let speeds = (0..<width).map { 0.5 * noising.sigma[$0] * noising.gammaRate[$0] }
        let active = speeds.indices.filter { speeds[$0] > 0 }
        for index in rate.indices { rate[index] = 0 }
        guard !active.isEmpty else { return }

        evaluations += 1
        let points = state[..<half].map(Float.init)
        let directions = probes == 0 ? active.count : probes
        let rows = samples.count * directions
        for start in stride(from: 0, to: rows, by: Self.rowLimit) {
            let chunk = start..<min(rows, start + Self.rowLimit)
            let (noise, product) = try pullBack(chunk, points, noising, active, speeds)
            for (place, row) in chunk.enumerated() {
                let (sample, direction) = (row / directions, row % directions)
                let (at, first) = (place * width, sample * width)
                if direction == 0 {
                    for i in active {
                        rate[first + i] = noising.velocity(
                            i, noised: state[first + i], noise: Double(noise[at + i]))
                        rate[half + first + i] -= speeds[i] * noising.sigma[i]
                    }
                }
                if probes == 0 {
                    let i = active[direction]
                    rate[half + first + i] += Double(product[at + i])
                } else {
                    for i in 0..<width {
                        rate[half + first + i] += Double(signs[row * width + i] * product[at + i]) / Double(probes)
                    }
                }
            }
        }
        if let index = rate.firstIndex(where: { !$0.isFinite }) {
            throw LikelihoodError.notFinite(
                "the denoiser's answer", sample: samples.lowerBound + index % half / width, component: index % width,
                time: time)
        }
    }

    /// ε̂ and `Jᵀ (c w)` of some rows, each a sample with one direction w.
    private mutating func pullBack(
        _ rows: Range<Int>, _ points: [Float], _ noising: NoisingState, _ active: [Int], _ speeds: [Double]
    ) throws(DenoiserError) -> (noise: [Float], products: [Float]) {
        let width = componentCount
        let directions = probes == 0 ? active.count : probes
        var (repeated, cotangents) = ([Float](), [Float](repeating: 0, count: rows.count * width))
        repeated.reserveCapacity(cotangents.count)
        for (place, row) in rows.enumerated() {
            let sample = row / directions
            repeated += points[sample * width..<(sample + 1) * width]
            if probes == 0 {
                let i = active[row % directions]
                cotangents[place * width + i] = Float(speeds[i])
            } else {
                for i in active { cotangents[place * width + i] = Float(speeds[i]) * signs[row * width + i] }
            }
        }
        products += rows.count
        var noise = [Float](repeating: 0, count: repeated.count)
        var product = noise
        var noiseSpan = noise.mutableSpan
        var productSpan = product.mutableSpan
        try denoiser.pullBack(
            cotangents.span, through: repeated.span, states: .shared(noising), embeddings: nil, noise: &noiseSpan,
            into: &productSpan)
        return (noise, product)
    }
}
