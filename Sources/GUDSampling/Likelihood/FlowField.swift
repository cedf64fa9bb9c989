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
    /// What they are conditioned on.
    private let embeddings: Embeddings?
    /// One direction per row: random signs, row-major `[probes, samples, K]`; empty for the exact trace.
    private let signs: [Float]
    private let probes: Int
    /// How often the denoiser was asked for the whole batch.
    private(set) var evaluations = 0
    /// Vector–Jacobian products of single samples.
    private(set) var products = 0

    /// Products that are asked for at once, where the denoiser repeats its evaluation for each.
    private static let rowLimit = 1024
    /// Scalars of cotangents at once, where one evaluation serves many.
    private static let scalarLimit = 1 << 22

    init(
        _ denoiser: any DifferentiableDenoiser, _ schedule: any NoiseSchedule, samples: Range<Int>,
        embeddings: Embeddings? = nil, trace: FlowTrace, seed: UInt64
    ) {
        self.embeddings = embeddings
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
                let (probe, sample) = row.quotientAndRemainder(dividingBy: samples.count)
                for i in span.indices {
                    let number = noise.uniform(sample: samples.lowerBound + sample, step: probe, component: i)
                    span[i] = number < 0.5 ? -1 : 1
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
        for range in chunks(of: directions) {
            let cotangents = cotangents(range, active, speeds)
            products += range.count * samples.count
            let (noise, products) = try denoiser.pullBack(
                cotangents, directions: range.count, through: points, states: .shared(noising), embeddings: embeddings)
            if range.lowerBound == 0 {
                for first in stride(from: 0, to: half, by: width) {
                    for i in active {
                        rate[first + i] = noising.velocity(
                            i, noised: state[first + i], noise: Double(noise[first + i]))
                        rate[half + first + i] -= speeds[i] * noising.sigma[i]
                    }
                }
            }
            for (place, direction) in range.enumerated() {
                for first in stride(from: 0, to: half, by: width) {
                    if probes == 0 {
                        let i = active[direction]
                        rate[half + first + i] += Double(products[place * half + first + i])
                    } else {
                        for index in first..<first + width {
                            let product = signs[direction * half + index] * products[place * half + index]
                            rate[half + index] += Double(product) / Double(probes)
                        }
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

    /// Directions that go to the denoiser together.
    private func chunks(of directions: Int) -> [Range<Int>] {
        let rows =
            denoiser is any MultipleCotangentDenoiser ? Self.scalarLimit / componentCount : Self.rowLimit
        let size = max(1, rows / samples.count)
        return stride(from: 0, to: directions, by: size).map { $0..<min($0 + size, directions) }
    }

    /// `c w` for some directions w and all samples, row-major `[directions, samples, K]`.
    private func cotangents(_ directions: Range<Int>, _ active: [Int], _ speeds: [Double]) -> [Float] {
        let (width, size) = (componentCount, samples.count * componentCount)
        var cotangents = [Float](repeating: 0, count: directions.count * size)
        for (place, direction) in directions.enumerated() {
            for first in stride(from: 0, to: size, by: width) {
                if probes == 0 {
                    let i = active[direction]
                    cotangents[place * size + first + i] = Float(speeds[i])
                } else {
                    for i in active {
                        cotangents[place * size + first + i] = Float(speeds[i]) * signs[direction * size + first + i]
                    }
                }
            }
        }
        return cotangents
    }
}
