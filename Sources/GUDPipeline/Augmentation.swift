import GUDCore
import GUDData
import GUDTraining

/// Random changes of the training data, made anew each time a sample is seen.
///
/// Everything is a function of (seed, step, place in the batch). Fits see the data once: in the bins where step 0 puts them,
/// neither moved nor mirrored.
struct Augmentation: Sendable {
    private let options: AugmentationOptions
    private let shape: SampleShape
    private let binWidth: Float
    private let seed: UInt64

    /// The changes that a configuration asks for.
    ///
    /// - Throws: ``ParameterError/rule(_:_:_:)`` where continuous data are to be dequantised, or vectors to be moved.
    init(_ options: AugmentationOptions, for dataset: Dataset, seed: UInt64) throws(ParameterError) {
        if options.dequantises, dataset.binWidth == nil {
            throw .rule(
                "training.dequantise", .bool(true),
                "makes no sense for '\(dataset.name)', whose numbers are not quantised; leave it out")
        }
        if options.flips || options.shift > 0, case .vector = dataset.shape {
            throw .rule(
                options.flips ? "training.flip" : "training.shift",
                options.flips ? .bool(true) : .integer(options.shift),
                "is for images, and the samples of '\(dataset.name)' are vectors; leave it out")
        }
        self.options = options
        shape = dataset.shape
        binWidth = Float(dataset.binWidth ?? 0)
        self.seed = seed
    }

    /// The data that a basis, variances and exact denoisers are fitted to.
    func fitting(_ samples: LabelledSamples) -> [Float] {
        var values = samples.values
        dequantise(&values, step: 0)
        return values
    }

    /// The training data in a component space.
    func trainingSamples(_ samples: LabelledSamples, in space: ComponentSpace) throws -> TrainingSamples {
        guard !options.isNone else {
            return TrainingSamples(
                try space.components(of: samples.values), componentCount: space.componentCount, labels: samples.labels)
        }
        return TrainingSamples(count: samples.count, labels: samples.labels) { draw in
            var rows = samples.selecting(draw.samples).values
            move(&rows, step: draw.step)
            dequantise(&rows, step: draw.step)
            return try space.components(of: rows)
        }
    }

    /// Data to validate with, in a component space: in the bins where step 0 puts them, neither moved nor mirrored.
    func validationSamples(_ samples: LabelledSamples, in space: ComponentSpace) throws -> TrainingSamples {
        TrainingSamples(
            try space.components(of: fitting(samples)), componentCount: space.componentCount, labels: samples.labels)
    }

    /// Adds to every number a uniform one of the width of a bin, centred on 0.
    private func dequantise(_ rows: inout [Float], step: Int) {
        guard options.dequantises else { return }
        let (noise, width) = (CounterNoise(seed: seed, purpose: .trainingDequantisation), binWidth)
        Parallel.forEachRow(of: &rows, width: shape.dimension) { row, values in
            for index in values.indices {
                let uniform = Float(noise.uniform(sample: row, step: step, component: index))
                values[index] += width * (uniform - 0.5)
            }
        }
    }

    /// Mirrors images and moves them by whole pixels.
    private func move(_ rows: inout [Float], step: Int) {
        guard options.flips || options.shift > 0, case .image(let height, let width, let channels) = shape else {
            return
        }
        let noise = CounterNoise(seed: seed, purpose: .augmentation)
        let (original, options, dimension) = (rows, options, shape.dimension)
        Parallel.forEachRow(of: &rows, width: dimension) { row, values in
            func offset(_ component: Int) -> Int {
                let choices = Double(2 * options.shift + 1)
                return Int(noise.uniform(sample: row, step: step, component: component) * choices) - options.shift
            }
            // Component 0 drops conditions.
            let mirrors = options.flips && noise.uniform(sample: row, step: step, component: 1) < 0.5
            let (down, right) = (offset(2), offset(3))
            for y in 0..<height {
                for x in 0..<width {
                    let sourceY = min(max(y - down, 0), height - 1)
                    let movedX = min(max(x - right, 0), width - 1)
                    let sourceX = mirrors ? width - 1 - movedX : movedX
                    for channel in 0..<channels {
                        values[(y * width + x) * channels + channel] =
                            original[row * dimension + (sourceY * width + sourceX) * channels + channel]
                    }
                }
            }
        }
    }
}

extension Configuration {
    /// The random changes of a data set's training part.
    func augmentation(of dataset: Dataset) throws -> Augmentation {
        try Augmentation(try training().augmentation, for: dataset, seed: seed)
    }
}
