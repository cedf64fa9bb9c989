import Foundation

/// The Fourier or cosine transform of a long signal by the fast Fourier transform: O(n log n) time, O(n) memory.
///
/// Gives the numbers of ``AxisMatrix``'s `fourier` and `cosine`, whose matrices would be too large for long vectors.
struct SignalTransform: SampleTransform {
    /// The shortest vector that is worth a fast transform; a product with the matrix is faster below.
    static let shortest = 96

    /// Which of the two.
    enum Kind: Sendable { case fourier, cosine }

    private let kind: Kind
    private let plan: FourierPlan
    /// For the cosine transform, `√(2/n) e^(−πik/2n)`, with k = 0 divided by √2: real parts, then imaginary parts.
    private let rotations: [Float]

    init(_ kind: Kind, length: Int) {
        self.kind = kind
        plan = FourierPlan(length: length)
        let phases = (0..<length).map { Double.pi * Double($0) / Double(2 * length) }
        let sizes = (0..<length).map { (Double($0 == 0 ? 1 : 2) / Double(length)).squareRoot() }
        rotations =
            kind == .fourier
            ? [] : zip(sizes, phases).map { Float($0 * cos($1)) } + zip(sizes, phases).map { Float(-$0 * sin($1)) }
    }

    var scratchCount: Int { plan.workCount }

    func forward(_ sample: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>) {
        let n = plan.length
        for index in 0..<n {
            scratch[unchecked: kind == .fourier ? index : place(index)] = sample[unchecked: index]
            scratch[unchecked: plan.size + index] = 0
        }
        plan.transform(&scratch)
        switch kind {
        case .fourier:
            let (single, pair) = Self.scales(n)
            for k in 0...n / 2 {
                let isSingle = 2 * k % n == 0
                result[unchecked: k] = (isSingle ? single : pair) * scratch[unchecked: k]
                if !isSingle { result[unchecked: n - k] = pair * scratch[unchecked: plan.size + k] }
            }
        case .cosine:
            // The even samples forwards, then the odd ones backwards: Re(e^(−πik/2n) F[k]) is the cosine transform.
            for k in 0..<n {
                result[unchecked: k] =
                    rotations[k] * scratch[unchecked: k] - rotations[n + k] * scratch[unchecked: plan.size + k]
            }
        }
    }

    func inverse(
        _ coefficients: Span<Float>, into result: inout MutableSpan<Float>, scratch: inout MutableSpan<Float>
    ) {
        let n = plan.length
        let (single, pair) = Self.scales(n)
        // The transform's adjoint: the real part of a forward transform of conjugates.
        switch kind {
        case .fourier:
            for k in 0..<n {
                let isSingle = 2 * k % n == 0
                let isUpper = 2 * k > n
                scratch[unchecked: k] = isSingle ? single * coefficients[k] : isUpper ? 0 : pair * coefficients[k]
                scratch[unchecked: plan.size + k] = isSingle || isUpper ? 0 : -pair * coefficients[n - k]
            }
        case .cosine:
            for k in 0..<n {
                scratch[unchecked: k] = rotations[k] * coefficients[k]
                scratch[unchecked: plan.size + k] = rotations[n + k] * coefficients[k]
            }
        }
        plan.transform(&scratch)
        for index in 0..<n {
            result[unchecked: index] = scratch[unchecked: kind == .fourier ? index : place(index)]
        }
    }

    /// Where a sample stands among the even ones forwards and the odd ones backwards.
    private func place(_ index: Int) -> Int { index % 2 == 0 ? index / 2 : plan.length - 1 - index / 2 }

    /// What Re F[k] is multiplied by where k is its own negative, and both parts where it is not.
    private static func scales(_ length: Int) -> (single: Float, pair: Float) {
        (Float((1 / Double(length)).squareRoot()), Float((2 / Double(length)).squareRoot()))
    }
}
