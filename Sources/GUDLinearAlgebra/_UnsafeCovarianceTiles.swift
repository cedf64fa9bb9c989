private import COpenBLAS

/// The upper triangle of a covariance in square tiles, summed block by block.
///
/// Invariant: each tile's numbers are written by one index of `spread` at a time, which touches no other tile's.
struct CovarianceTiles {
    private static let side = 256

    private let dimension: Int
    /// The tiles' row and column in units of ``side``, row ≤ column.
    private let places: [(row: Int, column: Int)]
    /// The numbers of tile *t* from `t · side²`, row-major with stride ``side``.
    private var sums: [Double]

    init(dimension: Int) {
        let tiles = (dimension + Self.side - 1) / Self.side
        self.dimension = dimension
        places = (0..<tiles).flatMap { row in (row..<tiles).map { (row, $0) } }
        sums = [Double](repeating: 0, count: places.count * Self.side * Self.side)
    }

    /// Adds `Bᵀ B` of the first rows of a block, row-major `[rows, D]`.
    mutating func add(_ block: [Double], rows: Int, spread: Spread) {
        OneThread.ensure
        let side = Self.side
        block.withUnsafeBufferPointer { block in
            sums.withUnsafeMutableBufferPointer { sums in
                guard let blockStart = block.baseAddress, let sumsStart = sums.baseAddress else { return }
                nonisolated(unsafe) let (source, target) = (blockStart, sumsStart)
                spread(places.count) { [places, dimension] tile in
                    let (row, column) = places[tile]
                    cblas_dgemm(
                        CblasRowMajor, CblasTrans, CblasNoTrans,
                        Int32(min(side, dimension - row * side)), Int32(min(side, dimension - column * side)),
                        Int32(rows), 1, source + row * side, Int32(dimension), source + column * side,
                        Int32(dimension), 1, target + tile * side * side, Int32(side))
                }
            }
        }
    }

    /// The whole symmetric matrix, divided by a number; row-major `[D, D]`.
    func symmetric(dividedBy divisor: Double) -> [Double] {
        let side = Self.side
        var matrix = [Double](repeating: 0, count: dimension * dimension)
        for (tile, place) in places.enumerated() {
            for i in 0..<min(side, dimension - place.row * side) {
                for j in 0..<min(side, dimension - place.column * side) {
                    let (row, column) = (place.row * side + i, place.column * side + j)
                    guard row <= column else { continue }
                    let value = sums[(tile * side + i) * side + j] / divisor
                    matrix[row * dimension + column] = value
                    matrix[column * dimension + row] = value
                }
            }
        }
        return matrix
    }
}
