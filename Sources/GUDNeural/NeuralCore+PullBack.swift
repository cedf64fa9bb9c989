import GUDCore
import Synchronization

extension NeuralCore {
    /// A network's output, and gradients with respect to its input.
    typealias Pulled = (output: [Float], inputGradients: [Float])

    /// Fewer samples than these are not worth a thread of their own.
    private static let smallestBlock = 16

    /// The averaged network's output, and the gradients of its products with `cotangents` with respect to the input.
    ///
    /// One forward pass serves all directions. On the CPU, threads take blocks of samples, each with its own graph: they meet
    /// once, and not after every operation.
    ///
    /// - Parameters:
    ///   - cotangents: `[directions, batch, …]`; the gradients have the same layout.
    func pullBack(
        _ cotangents: [Float], directions: Int, through batch: NetworkBatch
    ) throws(DenoiserError) -> Pulled {
        do {
            let count = batch.axes[0]
            let blocks = device == .cpu ? min(Parallel.width, count / Self.smallestBlock) : 1
            guard blocks > 1 else { return try pullBackBlock(cotangents, directions, batch) }
            let ranges = (0..<blocks).map { $0 * count / blocks..<($0 + 1) * count / blocks }
            let size = batch.samples.count / count
            let results = Mutex([Result<Pulled, EngineError>?](repeating: nil, count: blocks))
            engine.sideBySide(blocks) { block in
                let range = ranges[block]
                let rows = (0..<directions).flatMap {
                    cotangents[($0 * count + range.lowerBound) * size..<($0 * count + range.upperBound) * size]
                }
                let result = Result { () throws(EngineError) -> Pulled in
                    try pullBackBlock(rows, directions, batch.slice(range))
                }
                results.withLock { $0[block] = result }
            }
            var whole: Pulled = ([], [Float](repeating: 0, count: cotangents.count))
            for (range, result) in zip(ranges, results.withLock { $0 }) {
                guard let part = try result?.get() else { continue }
                whole.output += part.output
                let width = range.count * size
                for direction in 0..<directions {
                    let start = (direction * count + range.lowerBound) * size
                    whole.inputGradients.replaceSubrange(
                        start..<start + width, with: part.inputGradients[direction * width..<(direction + 1) * width])
                }
            }
            return whole
        } catch { throw error.asDenoiserError }
    }

    private func pullBackBlock(
        _ cotangents: [Float], _ directions: Int, _ batch: NetworkBatch
    ) throws(EngineError) -> Pulled {
        let samples = try samples(batch).requiringGradient()
        let output = try averagedNetwork(try input(batch, samples: samples, isTraining: false))
        let cotangents = try Tensor(cotangents.span, axes: [directions] + batch.axes, on: device, engine: engine)
        return (try output.values(), try output.pullBackEach(cotangents, to: samples).values())
    }
}

extension NetworkBatch {
    /// Some of the samples.
    fileprivate func slice(_ range: Range<Int>) -> NetworkBatch {
        func rows(_ values: [Float]) -> [Float] {
            let width = values.count / axes[0]
            return Array(values[range.lowerBound * width..<range.upperBound * width])
        }
        return NetworkBatch(
            axes: [range.count] + axes.dropFirst(), samples: rows(samples), levels: rows(levels),
            gammaMap: gammaMap.map(rows), groups: groups.map(rows), embedding: embedding.map(rows),
            embeddingWidth: embeddingWidth)
    }
}
