import GUDCore

/// Everything that is known in closed form about the rows of a batch.
///
/// The distribution is noised once per distinct state; rows are spread over threads in blocks that share their scratch. A row's
/// numbers do not depend on the rest of the batch.
struct ExactEvaluation {
    /// Rows per block: enough to forget the cost of its scratch.
    private static let block = 16

    /// The log density, ε̂ and, where cotangents were given, `(∂ε̂/∂z)ᵀ w`; row-major, padded to whole blocks.
    private var table: [Double]
    private let rowWidth: Int
    /// How many components of ε̂ there are.
    private let outputs: Int
    private let batch: Int

    /// Evaluates a batch.
    ///
    /// - Parameters:
    ///   - distribution: The distribution of z(0).
    ///   - points: z(t), row-major `[batch, K]`.
    ///   - cotangents: *w*, of the same shape, where products are wanted.
    ///   - states: The noising state of each row.
    ///   - last: Of how many components ε̂ is wanted, counted from the last; all where it is left out, and where there are cotangents.
    init(
        _ distribution: NormalMixture, at points: [Double], cotangents: [Double]? = nil, states: NoisingStates,
        last: Int? = nil
    ) throws(DenoiserError) {
        let width = distribution.componentCount
        let first = cotangents == nil ? width - (last ?? width) : 0
        let rowWidth = 1 + (cotangents == nil ? width - first : 2 * width)
        let batch = points.count / width
        let distinct = try DistinctStates(states, of: distribution)
        let blocks = (batch + Self.block - 1) / Self.block
        table = [Double](repeating: 0, count: blocks * Self.block * rowWidth)
        Parallel.forEachRow(of: &table, width: Self.block * rowWidth) { block, rows in
            let top = block * Self.block
            var scratch = NoisedMixture.Scratch(for: distinct[top].mixture)
            var direction = [Double](repeating: 0, count: width)
            for row in top..<min(batch, top + Self.block) {
                let (mixture, sigma) = distinct[row]
                let start = (row - top) * rowWidth
                rows[start] = mixture.evaluate(
                    at: points.span.extracting(row * width..<(row + 1) * width), from: first, &scratch)
                for index in first..<width { rows[start + 1 + index - first] = -sigma[index] * scratch.score[index] }
                guard let cotangents else { continue }
                // ε̂ = −σ s(z), and H = ∂s/∂z is symmetric: the product is −H (σ w).
                for index in 0..<width { direction[index] = -sigma[index] * cotangents[row * width + index] }
                mixture.differentiate(along: direction.span, &scratch)
                for index in 0..<width { rows[start + 1 + width + index] = scratch.product[index] }
            }
        }
        self.rowWidth = rowWidth
        self.batch = batch
        outputs = width - first
    }

    /// The log density of each row, in nats.
    var logDensities: [Double] { (0..<batch).map { table[$0 * rowWidth] } }
    /// ε̂, row-major `[batch, K]`, or `[batch, last]`.
    var noise: [Double] { columns(from: 1) }
    /// `(∂ε̂/∂z)ᵀ w`, row-major `[batch, K]`.
    var products: [Double] { columns(from: 1 + outputs) }

    private func columns(from first: Int) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(batch * outputs)
        for row in 0..<batch {
            let start = row * rowWidth + first
            values += table[start..<start + outputs]
        }
        return values
    }
}

/// A distribution noised once for every distinct state of a batch.
private struct DistinctStates: Sendable {
    private var entries: [(mixture: NoisedMixture, sigma: [Double])] = []
    /// Which entry a row uses; empty where all share the first.
    private var places: [Int] = []

    init(_ states: NoisingStates, of distribution: NormalMixture) throws(DenoiserError) {
        switch states {
        case .shared(let state):
            entries = [(try distribution.noised(by: state), state.sigma)]
        case .perSample(let states):
            var known: [[Double]: Int] = [:]
            for state in states {
                if let place = known[state.gamma] {
                    places.append(place)
                } else {
                    known[state.gamma] = entries.count
                    places.append(entries.count)
                    entries.append((try distribution.noised(by: state), state.sigma))
                }
            }
        }
    }

    subscript(row: Int) -> (mixture: NoisedMixture, sigma: [Double]) { entries[places.isEmpty ? 0 : places[row]] }
}
