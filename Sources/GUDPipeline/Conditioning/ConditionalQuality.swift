import Foundation
import GUDCore
import GUDData
import GUDDenoisers
import GUDEvaluation
import GUDLinearAlgebra

/// How good samples drawn around observations of real pictures are: beside the truth, and beside what simple models would say.
///
/// Errors are root mean squares over the scalars that were not observed, in data units:
///
/// | name | of |
/// |---|---|
/// | samples | single samples against the truth: a perfect model is √2 away from the spread that is left |
/// | mean | the mean of all samples of a picture, the best guess that the model can give |
/// | gaussian | the mean of a Gaussian of the training data's mean and covariance, given the same |
/// | nearest | the training picture that agrees best with what is observed |
public struct ConditionalQuality: Sendable, Codable, Equatable {
    /// How many pictures were measured.
    public var pictures: Int
    /// How many samples were drawn for each.
    public var samplesPerPicture: Int
    /// The error of single samples.
    public var samples: Double
    /// The error of their mean.
    public var mean: Double
    /// The error of the Gaussian baseline.
    public var gaussian: Double
    /// The error of the nearest training picture.
    public var nearest: Double
    /// The fraction of samples that a classifier takes for their true class; `nil` without one.
    public var agreement: Double?
    /// The same for the nearest training picture.
    public var nearestAgreement: Double?
    /// The same for the true pictures themselves.
    public var trueAgreement: Double?

    /// Measures samples.
    ///
    /// - Parameters:
    ///   - samples: Row-major `[samples, D]`: sample *i* belongs to picture *i* mod the number of pictures.
    ///   - truth: The pictures, row-major `[pictures, D]`.
    ///   - labels: Their classes, where there are some.
    ///   - observation: What was observed of them, a row for each.
    ///   - pipeline: Whose space and data they belong to.
    ///   - training: The training data.
    ///   - classifier: What tells classes, where there is one.
    /// - Throws: What the conditioner and the classifier report.
    /// - Complexity: O(*pictures* · *training* · *M*), and one Gaussian conditional for each picture.
    public init(
        of samples: [Float], truth: [Float], labels: [Int]?, observation: Observation, in pipeline: Pipeline,
        training: LabelledSamples, classifier: (any ClassifyingExtractor)? = nil
    ) throws {
        let width = pipeline.space.dimension
        pictures = truth.count / width
        samplesPerPicture = samples.count / truth.count
        let count = (pictures: truth.count / width, draws: samples.count / truth.count)
        let scalars = (0..<width).filter { !observation.observes($0) }
        func error(_ guesses: [Float]) -> Double {
            var sum = 0.0
            for row in 0..<guesses.count / width {
                for scalar in scalars {
                    let miss = guesses[row * width + scalar] - truth[row % count.pictures * width + scalar]
                    sum += Double(miss) * Double(miss)
                }
            }
            return (sum / Double(max(1, guesses.count / width * scalars.count))).squareRoot()
        }
        self.samples = error(samples)
        var means = [Float](repeating: 0, count: truth.count)
        for index in samples.indices { means[index % truth.count] += samples[index] / Float(count.draws) }
        mean = error(means)
        gaussian = error(try Self.gaussianMeans(observation, pipeline, training, pictures: count.pictures))
        let neighbours = Self.nearest(truth, observation, training, width)
        nearest = error(neighbours)
        guard let classifier, let labels else { return }
        func agreement(_ guesses: [Float]) throws -> Double {
            accuracy(
                ofLogits: try classifier.logits(of: guesses),
                labels: (0..<guesses.count / width).map { labels[$0 % count.pictures] })
        }
        self.agreement = try agreement(samples)
        nearestAgreement = try agreement(neighbours)
        trueAgreement = try agreement(truth)
    }

    /// The means of the Gaussian fit, given each picture's observation.
    private static func gaussianMeans(
        _ observation: Observation, _ pipeline: Pipeline, _ training: LabelledSamples, pictures: Int
    ) throws -> [Float] {
        let space = pipeline.space
        let components = try space.components(of: training.values)
        let moments = try SampleMoments(of: components, dimension: space.componentCount) { Parallel.forEach($0, $1) }
        let fit = try NormalMixture(
            weights: [1], means: moments.mean, covariances: [.full(moments.covariance)],
            componentCount: space.componentCount)
        guard let observed = try pipeline.condition(ConditionRequest(observed: observation)).observed?.all else {
            return []
        }
        return try (0..<pictures).flatMap { row in
            try space.samples(of: fit.conditioned(on: observed, row: row).means.map(Float.init))
        }
    }

    /// The training picture nearest to each picture in what is observed.
    private static func nearest(
        _ truth: [Float], _ observation: Observation, _ training: LabelledSamples, _ width: Int
    ) -> [Float] {
        let known = observation.numbers(of: training.values, width: width)
        let wanted = observation.numbers(of: truth, width: width)
        return wanted.flatMap { numbers in
            var best = (index: 0, distance: Float.infinity)
            for (index, other) in known.enumerated() {
                let distance = zip(numbers, other).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                if distance < best.distance { best = (index, distance) }
            }
            return Array(training[best.index])
        }
    }
}

extension Observation {
    /// Whether one scalar of the sample is itself observed.
    fileprivate func observes(_ scalar: Int) -> Bool {
        if case .scalars(let mask) = sensor { mask[scalar] } else { false }
    }

    /// `A x` of every sample.
    fileprivate func numbers(of samples: [Float], width: Int) -> [[Float]] {
        let rows = stride(from: 0, to: samples.count, by: width)
        switch sensor {
        case .scalars(let mask):
            let places = mask.indices.filter { mask[$0] }
            return rows.map { start in places.map { samples[start + $0] } }
        case .weights(let weights):
            let count = weights.count / width
            let products = BLAS.gemm(
                samples, weights, rows: samples.count / width, inner: width, columns: count, right: .transposed)
            return stride(from: 0, to: products.count, by: count).map { Array(products[$0..<$0 + count]) }
        }
    }
}
