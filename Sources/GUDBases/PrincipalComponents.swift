import GUDCore
import GUDLinearAlgebra

/// The eigenvectors of one covariance: what a PCA keeps of a sample or of one of its channels.
struct PrincipalComponents: Sendable {
    /// The number of scalars that the covariance is over.
    let dimension: Int
    /// The number of eigenvectors that are kept.
    let kept: Int
    /// The eigenvectors, row-major `[kept, dimension]`, largest eigenvalue first.
    let vectors: [Float]
    /// The eigenvalues, clamped from below at 0.
    let eigenvalues: [Double]
    /// How many eigenvalues stand out of rounding, of all there are.
    let rank: Int
    /// How many eigenvalues were negative, by rounding, and are taken as 0.
    let clamped: Int

    /// Fits to mean-free samples, row-major `[N, dimension]`.
    init(of samples: [Float], dimension: Int, kept: Int) throws(BasisError) {
        let eigen: SymmetricEigen
        do {
            let moments = try SampleMoments(of: samples, dimension: dimension) { Parallel.forEach($0, $1) }
            eigen = try SymmetricEigen(of: moments.covariance, dimension: dimension)
        } catch {
            throw .fit(reason: "pca: \(error)")
        }
        self.dimension = dimension
        self.kept = kept
        vectors = eigen.vectors.prefix(kept * dimension).map { Float($0) }
        eigenvalues = eigen.values.prefix(kept).map { max(0, $0) }
        let threshold = max(0, eigen.values[0]) * Double(dimension) * .ulpOfOne
        rank = eigen.values.count { $0 > threshold }
        clamped = eigen.values.count { $0 < 0 }
    }

    private init(
        dimension: Int, kept: Int, vectors: [Float], eigenvalues: [Double], rank: Int, clamped: Int
    ) {
        self.dimension = dimension
        self.kept = kept
        self.vectors = vectors
        self.eigenvalues = eigenvalues
        self.rank = rank
        self.clamped = clamped
    }

    /// One line on rank, clamping and memory.
    var report: String {
        let kilobytes = (vectors.count * MemoryLayout<Float>.size + 1023) / 1024
        return "rank \(rank) of \(dimension); \(clamped) negative eigenvalues clamped to 0; "
            + "\(kept) components kept, \(kilobytes) KiB"
    }
}

extension PrincipalComponents {
    /// Everything that ``restore(_:count:dimension:kept:)`` needs, of one or several decompositions of one size.
    static func state(of blocks: [PrincipalComponents]) -> StateArrays {
        let (count, kept, dimension) = (blocks.count, blocks[0].kept, blocks[0].dimension)
        return StateArrays([
            "eigenvectors": .init(axes: [count, kept, dimension], values: .float(blocks.flatMap(\.vectors))),
            "eigenvalues": .init(axes: [count, kept], values: .double(blocks.flatMap(\.eigenvalues))),
            "rank": .init(axes: [count], values: .integer(blocks.map { Int64($0.rank) })),
            "clamped": .init(axes: [count], values: .integer(blocks.map { Int64($0.clamped) })),
        ])
    }

    /// The decompositions that a state holds, bit for bit.
    ///
    /// - Throws: ``BasisError/fit(reason:)`` where an array is missing, of another shape, or not finite.
    static func restore(
        _ state: StateArrays, count: Int, dimension: Int, kept: Int
    ) throws(BasisError) -> [PrincipalComponents] {
        func missing(_ name: String, _ axes: [Int]) -> BasisError {
            let found = state[name].map { "one of \($0.axes)" } ?? "none"
            return .fit(reason: "pca: the kept state calls for '\(name)' of shape \(axes) and holds \(found)")
        }
        guard let vectors = state.floats("eigenvectors", axes: [count, kept, dimension]) else {
            throw missing("eigenvectors", [count, kept, dimension])
        }
        guard let eigenvalues = state.doubles("eigenvalues", axes: [count, kept]) else {
            throw missing("eigenvalues", [count, kept])
        }
        guard let rank = state.integers("rank", axes: [count]) else { throw missing("rank", [count]) }
        guard let clamped = state.integers("clamped", axes: [count]) else { throw missing("clamped", [count]) }
        guard vectors.allSatisfy(\.isFinite), eigenvalues.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw .fit(reason: "pca: the kept state holds numbers that are not finite or negative eigenvalues")
        }
        return (0..<count).map { block in
            PrincipalComponents(
                dimension: dimension, kept: kept,
                vectors: Array(vectors[block * kept * dimension..<(block + 1) * kept * dimension]),
                eigenvalues: Array(eigenvalues[block * kept..<(block + 1) * kept]),
                rank: Int(rank[block]), clamped: Int(clamped[block]))
        }
    }
}

extension StateArrays {
    /// The values of an integer array of exactly these axes, or `nil` where there is none.
    fileprivate func integers(_ name: String, axes: [Int]) -> [Int64]? {
        guard let entry = self[name], entry.axes == axes, case .integer(let values) = entry.values else { return nil }
        return values
    }
}
