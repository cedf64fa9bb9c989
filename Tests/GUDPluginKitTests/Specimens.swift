import GUDCore
import Synchronization

/// Counts objects that are made and let go.
final class Census: Sendable {
    private let counts = Mutex((made: 0, gone: 0))
    var alive: Int { counts.withLock { $0.made - $0.gone } }
    var made: Int { counts.withLock { $0.made } }

    /// Counts as one object for as long as it lives.
    final class Life: Sendable {
        let census: Census
        init(_ census: Census) {
            self.census = census
            census.counts.withLock { $0.made += 1 }
        }
        deinit { census.counts.withLock { $0.gone += 1 } }
    }
}

/// A truncated basis: it keeps all scalars but the last, scaled by what it was fitted to.
struct Shortened: FittedBasis {
    let life: Census.Life
    let shape: SampleShape
    let scale: Float
    var componentCount: Int { dimension - 1 }
    var state: StateArrays { StateArrays(["scale": .init(axes: [], values: .float([scale]))]) }
    var fitReport: [String] { [] }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: samples.count, rowsOf: dimension, destination: coefficients.count, rowsOf: componentCount)
        for row in 0..<batch {
            for index in 0..<componentCount {
                coefficients[row * componentCount + index] = scale * samples[row * dimension + index]
            }
        }
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        let batch = try batchCount(
            source: coefficients.count, rowsOf: componentCount, destination: samples.count, rowsOf: dimension)
        for row in 0..<batch {
            for index in 0..<dimension {
                samples[row * dimension + index] =
                    index < componentCount ? coefficients[row * componentCount + index] / scale : 0
            }
        }
    }

    func labels(_ order: NaturalOrder) -> [Double]? {
        switch order {
        case .row: (0..<componentCount).map(Double.init)
        case .column: [1]  // One label too few, or too many: never what was promised.
        default: nil
        }
    }

    static func factory(_ census: Census) -> BasisFactory {
        BasisFactory(Descriptor(name: "shortened", summary: "All but the last.")) { _, context in
            guard context.shape.dimension > 2 else {
                throw BasisError.unsupportedShape(context.shape, reason: "there would be nothing left")
            }
            guard let scale = context.state?.floats("scale", axes: [])?.first ?? context.fitting?.max() else {
                throw BasisError.needsData(basis: "shortened")
            }
            return Shortened(life: Census.Life(census), shape: context.shape, scale: scale)
        }
    }
}

/// A straight schedule whose slope follows the variances; as a family it stands for steeper ones.
struct Slope: ScheduleFamily {
    let life: Census.Life
    let slopes: [Double]
    var componentCount: Int { slopes.count }

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: gamma.count)
        for index in slopes.indices { gamma[index] = slopes[index] * (time - 0.5) }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try validate(time: time, destination: rate.count)
        for index in slopes.indices { rate[index] = slopes[index] }
    }

    func member(at position: Double) -> any NoiseSchedule {
        Slope(life: Census.Life(life.census), slopes: slopes.map { $0 * (1 + position) })
    }

    static func factory(_ census: Census) -> ScheduleFactory {
        ScheduleFactory(Descriptor(name: "slope", summary: "Straight lines.")) { _, context in
            let rows = context.labels[.row] ?? [Double](repeating: 0, count: context.componentCount)
            return Slope(
                life: Census.Life(census),
                slopes: (0..<context.componentCount).map {
                    context.variances[$0] + 10 * context.dataVariances[$0] + 100 * rows[$0]
                })
        }
    }
}

/// A denoiser that takes a share of each component for noise, and a little of its condition.
struct Share: FittedDenoiser, DifferentiableDenoiser {
    let life: Census.Life
    let shares: [Float]
    let embeddingWidth: Int
    var componentCount: Int { shares.count }
    var state: StateArrays { StateArrays(["shares": .init(axes: [shares.count], values: .float(shares))]) }

    func predictNoise(
        in noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?, into noise: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(noised: noised.count, noise: noise.count, states: states, embeddings: embeddings)
        for sample in 0..<batch {
            let push = embeddings.map { $0.values[sample * embeddingWidth] } ?? 0
            for index in shares.indices {
                let place = sample * componentCount + index
                noise[place] =
                    shares[index] * Float(states[sample].sigma[index]) * noised[place] + push
                    + Float(states[sample].gammaRate[index])
            }
        }
    }

    func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try predictNoise(in: noised, states: states, embeddings: embeddings, into: &noise)
        for place in 0..<noised.count {
            let (sample, index) = place.quotientAndRemainder(dividingBy: componentCount)
            products[place] = shares[index] * Float(states[sample].sigma[index]) * cotangents[place]
        }
    }

    static func factory(_ census: Census) -> DenoiserFactory {
        DenoiserFactory(Descriptor(name: "share", summary: "Takes a share for noise.")) { _, context in
            let count = context.space.componentCount
            // What a context holds shows in the shares.
            let shares =
                try context.state?.floats("shares", axes: [count])
                ?? context.space.components(of: context.space.mean.map { $0 + 1 })
            return Share(life: Census.Life(census), shares: shares, embeddingWidth: context.embeddingWidth)
        }
    }
}

/// A conditioner that echoes a request, or breaks its promise about widths.
struct Echo: TrainingConditioner {
    let life: Census.Life
    let embeddingWidth: Int
    let dropProbability = 0.25

    func condition(_ request: ConditionRequest, in space: ComponentSpace) throws(ConditionerError) -> Condition {
        if let index = request.classIndex {
            guard index < embeddingWidth else { throw .classOutOfRange(index, count: embeddingWidth) }
            // Class 0 comes out longer than the width.
            let row =
                index == 0
                ? [Float](repeating: 1, count: embeddingWidth + 1) : (0..<embeddingWidth).map { Float($0 * index) }
            return Condition(embedding: row, guidance: (try? request.guidance.scaled(to: request.guidance.scale + 1)) ?? .plain)
        }
        guard let observed = try request.plainObservation else { return Condition(guidance: request.guidance) }
        do {
            let values = try space.components(of: observed.values)
            return Condition(given: GivenComponents(mask: Array(observed.mask.prefix(values.count)), values: values))
        } catch {
            throw .failed(reason: "\(error)")
        }
    }

    static func factory(_ census: Census) -> ConditionerFactory {
        ConditionerFactory(Descriptor(name: "echo", summary: "Echoes a request.")) { _, classes in
            Echo(life: Census.Life(census), embeddingWidth: classes)
        }
    }
}
