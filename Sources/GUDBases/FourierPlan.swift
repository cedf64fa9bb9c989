import Foundation

/// The discrete Fourier transform `F[k] = Σ_j z_j e^(−2πijk/n)` of one complex signal of any length, in O(n log n).
///
/// Goals, in order: errors of a few ulps of the signal's size at every length; no memory but what the caller lends; speed.
/// Powers of two go by radix-2 steps. Other lengths are a convolution with a chirp, carried out at a power of two.
///
/// Source: Cooley & Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965; Bluestein, "A linear
/// filtering approach to the computation of discrete Fourier transform", IEEE Trans. AU-18, 1970.
struct FourierPlan: Sendable {
    /// The length *n* of the signal.
    let length: Int
    /// The power of two that the work is done at: *n*, or at least `2n − 1`.
    let size: Int
    /// `e^(−2πij/size)` for the radix-2 steps.
    private let twiddles: Complexes<Float>
    /// `e^(−πij²/n)`, and the transform of its conjugate, over `size`; `nil` for powers of two.
    private let chirp: (factors: Complexes<Float>, filter: Complexes<Float>)?

    init(length: Int) {
        self.length = length
        let isPowerOfTwo = length & (length - 1) == 0
        var size = 1
        while size < (isPowerOfTwo ? length : 2 * length - 1) { size *= 2 }
        self.size = size
        let exact = Complexes<Double>(count: size / 2) { -2 * .pi * Double($0) / Double(size) }
        twiddles = Complexes(rounding: exact)
        guard !isPowerOfTwo else {
            chirp = nil
            return
        }
        // Phases are reduced as whole numbers, so that long signals lose no digits.
        let factors = Complexes<Double>(count: length) { -.pi * Double($0 * $0 % (2 * length)) / Double(length) }
        var filter = [Double](repeating: 0, count: 2 * size)
        for index in 0..<length {
            for place in [index, (size - index) % size] {
                filter[place] = factors.real[index]
                filter[size + place] = -factors.imaginary[index]
            }
        }
        var span = filter.mutableSpan
        radix2(&span, size: size, twiddles: exact)
        let scaled = filter.map { $0 / Double(size) }
        chirp = (
            Complexes(rounding: factors),
            Complexes(real: scaled[..<size].map { Float($0) }, imaginary: scaled[size...].map { Float($0) })
        )
    }

    /// Scalars that a transform works on: real parts in the first half, imaginary parts in the second.
    var workCount: Int { 2 * size }

    /// Transforms the first *n* complex numbers of `work` in place; what lies beyond them does not matter.
    func transform(_ work: inout MutableSpan<Float>) {
        guard let (factors, filter) = chirp else { return radix2(&work, size: size, twiddles: twiddles) }
        multiply(&work, by: factors)
        for index in length..<size {
            work[unchecked: index] = 0
            work[unchecked: size + index] = 0
        }
        radix2(&work, size: size, twiddles: twiddles)
        multiply(&work, by: filter)
        // The inverse transform is the forward one between two conjugations; the filter carries the factor 1/size.
        for index in size..<2 * size { work[unchecked: index].negate() }
        radix2(&work, size: size, twiddles: twiddles)
        for index in size..<2 * size { work[unchecked: index].negate() }
        multiply(&work, by: factors)
    }

    private func multiply(_ work: inout MutableSpan<Float>, by factors: Complexes<Float>) {
        let (c, s) = (factors.real.span, factors.imaginary.span)
        for index in c.indices {
            let (a, b) = (work[unchecked: index], work[unchecked: size + index])
            work[unchecked: index] = a * c[unchecked: index] - b * s[unchecked: index]
            work[unchecked: size + index] = a * s[unchecked: index] + b * c[unchecked: index]
        }
    }
}

/// Complex numbers, real and imaginary parts apart.
private struct Complexes<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    let real: [Scalar]
    let imaginary: [Scalar]

    init(real: [Scalar], imaginary: [Scalar]) {
        self.real = real
        self.imaginary = imaginary
    }

    init(rounding exact: Complexes<Double>) where Scalar == Float {
        self.init(real: exact.real.map { Float($0) }, imaginary: exact.imaginary.map { Float($0) })
    }

    /// Numbers of magnitude 1, from their phases.
    init(count: Int, phase: (Int) -> Double) where Scalar == Double {
        self.init(real: (0..<count).map { cos(phase($0)) }, imaginary: (0..<count).map { sin(phase($0)) })
    }
}

/// The transform of a power of two in place: bit reversal, then steps of doubling length.
private func radix2<Scalar>(_ work: inout MutableSpan<Scalar>, size: Int, twiddles: Complexes<Scalar>) {
    var mirror = 0
    for index in 1..<max(1, size) {
        // Counts up from the highest bit down.
        var bit = size / 2
        while mirror & bit != 0 {
            mirror ^= bit
            bit /= 2
        }
        mirror |= bit
        if index < mirror {
            work.swapAt(index, mirror)
            work.swapAt(size + index, size + mirror)
        }
    }
    let (cosines, sines) = (twiddles.real.span, twiddles.imaginary.span)
    var half = 1
    while half < size {
        let stride = size / (2 * half)
        for start in Swift.stride(from: 0, to: size, by: 2 * half) {
            for offset in 0..<half {
                let (c, s) = (cosines[unchecked: offset * stride], sines[unchecked: offset * stride])
                let (upper, lower) = (start + offset, start + offset + half)
                let (a, b) = (work[unchecked: lower], work[unchecked: size + lower])
                let (real, imaginary) = (a * c - b * s, a * s + b * c)
                work[unchecked: lower] = work[unchecked: upper] - real
                work[unchecked: size + lower] = work[unchecked: size + upper] - imaginary
                work[unchecked: upper] += real
                work[unchecked: size + upper] += imaginary
            }
        }
        half *= 2
    }
}
