/// The method of conjugate gradients for a symmetric positive definite system `S v = b`, one product with S at a time.
///
///     var solver = ConjugateGradients(residual: b)
///     while !solver.isDone, let length = solver.advance(image: S(solver.direction)) { v += length * direction }
///
/// Source: Hestenes & Stiefel, J. Res. Natl. Bur. Stand. 49 (1952), section 3.
struct ConjugateGradients {
    /// The direction of the next step.
    private(set) var direction: [Double]
    /// Whether the residual is small enough, or the matrix is not positive definite along the direction.
    private(set) var isDone: Bool
    private var residual: [Double]
    private var square: Double
    private let target: Double

    /// Starts from v = 0.
    ///
    /// - Parameters:
    ///   - residual: b.
    ///   - tolerance: The residual to reach, relative to that of b.
    init(residual: [Double], tolerance: Double = MomentCorrection.tolerance) {
        self.residual = residual
        direction = residual
        square = residual.reduce(0) { $0 + $1 * $1 }
        target = square * tolerance * tolerance
        isDone = !(square > 0 && square.isFinite)
    }

    /// Takes a step.
    ///
    /// - Parameter image: S times the direction.
    /// - Returns: The length of the step along the direction it was asked with; `nil` where S is not positive along it.
    mutating func advance(image: [Double]) -> Double? {
        let curvature = zip(direction, image).reduce(0) { $0 + $1.0 * $1.1 }
        guard curvature > 0, curvature.isFinite else {
            isDone = true
            return nil
        }
        let length = square / curvature
        for index in residual.indices { residual[index] -= length * image[index] }
        let next = residual.reduce(0) { $0 + $1 * $1 }
        isDone = next <= target
        for index in direction.indices { direction[index] = residual[index] + next / square * direction[index] }
        square = next
        return length
    }
}
