import GUDBases
import GUDCore
import GUDData
import GUDEvaluation

/// Held-out data and their features, ready to compare sets of samples with.
struct Comparison {
    /// How samples are measured.
    let recipe: RunEvaluation.Recipe
    /// Samples of each set.
    let count: Int
    /// What the numbers suffer from.
    let warnings: [String]

    private let dataset: Dataset
    private let extractors: [any FeatureExtractor]
    private let training: Samples
    private let copies: CopySearch
    private let reference: Samples
    private let referenceFeatures: [Samples]
    private let spectrumBasis: FourierBasis?

    init(_ dataset: Dataset, options: RunEvaluator.Options) throws {
        guard dataset.test.count > 0 else { throw RunEvaluationError.noReference(dataset.name) }
        let dimension = dataset.shape.dimension
        self.dataset = dataset
        extractors = options.extractors.isEmpty ? [PixelFeatures(dimension: dimension)] : options.extractors
        training = try Samples(dataset.training.values, dimension: dimension)
        reference = try Samples(dataset.test.values, dimension: dimension).subset(
            options.countLimit, seed: options.measures.subsetSeed)
        count = options.count ?? reference.count
        copies = try CopySearch(training: training, heldOut: reference)
        let all = reference
        referenceFeatures = try extractors.map { try Self.features(of: all.values, by: $0, name: "the held-out data") }
        if case .image = dataset.shape {
            spectrumBasis = FourierBasis(shape: dataset.shape)
        } else {
            spectrumBasis = nil
        }
        let whole = reference.count == dataset.test.count
        recipe = RunEvaluation.Recipe(
            data: dataset.name, shape: dataset.shape.axes, levels: dataset.levels,
            reference: "held-out part of \(dataset.name)" + (whole ? "" : ", a seeded subset"),
            referenceCount: reference.count, seed: options.seed,
            extractors: extractors.map {
                RunEvaluation.Extractor(
                    name: $0.name, hash: $0.hash, featureCount: $0.featureCount, summary: $0.summary)
            }, measures: options.measures)
        let smaller = min(count, reference.count)
        warnings = extractors.filter { $0.featureCount >= smaller }.map { extractor in
            "Fréchet on \(extractor.name): \(smaller) samples leave the covariance of \(extractor.featureCount) features "
                + "singular, and the distance biased upwards; compare at equal counts only, or use more samples"
        }
    }

    /// Measures a set of samples, as the model made them.
    func entry(
        _ role: RunEvaluation.Role, _ name: String, samples: [Float], labels: [Int]? = nil,
        sampling: RunEvaluation.Sampling?
    ) throws -> RunEvaluation.Entry {
        let dimension = dataset.shape.dimension
        // Rounding to levels would hide what is not finite.
        if let index = samples.firstIndex(where: { !$0.isFinite }) {
            throw RunEvaluationError.notFinite(name, sample: index / dimension, value: "\(samples[index])")
        }
        return try entry(
            role, name, samples: try Samples(dataset.quantised(samples), dimension: dimension), labels: labels,
            sampling: sampling)
    }

    /// Measures training images, as many as there are samples; where classes count, all of them by their labels.
    func floor(classified: Bool = false) throws -> RunEvaluation.Entry {
        var entry = try entry(
            .floor, "training images", samples: training.subset(count, seed: recipe.measures.subsetSeed),
            sampling: nil)
        if classified, let labels = dataset.training.labels {
            entry.classAccuracies = try accuracies(of: training.values, labels: labels)
        }
        return entry
    }

    /// Whether an extractor tells the data's classes.
    var classifies: Bool { !classifiers.isEmpty }

    private var classifiers: [any ClassifyingExtractor] {
        extractors.compactMap { $0 as? any ClassifyingExtractor }.filter { $0.classCount == dataset.classCount }
    }

    private func accuracies(of images: [Float], labels: [Int]) throws -> [RunEvaluation.ClassAccuracy]? {
        let found = try classifiers.map { classifier in
            RunEvaluation.ClassAccuracy(
                extractor: classifier.name, agreeing: try classifier.agreement(images, labels: labels),
                of: labels.count)
        }
        return found.isEmpty ? nil : found
    }

    private func entry(
        _ role: RunEvaluation.Role, _ name: String, samples: Samples, labels: [Int]? = nil,
        sampling: RunEvaluation.Sampling?
    ) throws -> RunEvaluation.Entry {
        var entry = RunEvaluation.Entry(role: role, name: name, count: samples.count, sampling: sampling)
        for (extractor, reference) in zip(extractors, referenceFeatures) {
            let features = try Self.features(of: samples.values, by: extractor, name: name)
            entry.scores.append(
                RunEvaluation.FeatureScores(
                    extractor: extractor.name,
                    measures: try recipe.measures.measures(of: features, against: reference)))
        }
        if let basis = spectrumBasis {
            entry.spectrum = try spectrum(
                of: Samples(try basis.forward(samples.values), dimension: basis.componentCount),
                against: Samples(try basis.forward(reference.values), dimension: basis.componentCount),
                labels: (basis.labels(.frequency) ?? []).map { $0.rounded() })
        }
        if let labels { entry.classAccuracies = try accuracies(of: samples.values, labels: labels) }
        if role != .floor {
            entry.memorisation = try copies.memorisation(of: samples)
        }
        return entry
    }

    private static func features(
        of images: [Float], by extractor: any FeatureExtractor, name: String
    ) throws -> Samples {
        let features = try extractor.features(of: images)
        if let index = features.firstIndex(where: { !$0.isFinite }) {
            throw RunEvaluationError.features(
                extractor.name, of: name, sample: index / extractor.featureCount, value: "\(features[index])")
        }
        return try Samples(features, dimension: extractor.featureCount)
    }
}
