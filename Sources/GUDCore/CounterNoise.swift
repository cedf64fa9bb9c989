import Foundation

/// Random numbers as a pure function of (seed, purpose, sample, step, component).
///
/// The same sample comes out whatever the batch size, the number of threads or of machines, because no number depends on
/// which were drawn before it. Normals come from Philox words by the Box–Muller transform in Double with 53-bit radii, so
/// the tails reach 8.5σ.
public struct CounterNoise: Sendable {
    /// What a random number is for; two purposes never share one.
    public enum Purpose: UInt32, Sendable {
        /// The state at t = 1.
        case prior = 1
        /// Noise added by a stochastic sampler.
        case sampler = 2
        /// Noise that training adds to data.
        case training = 3
        /// The time of a training sample.
        case trainingTime = 4
        /// Which data make up a batch.
        case shuffling = 5
        /// Random changes in training: flips, shifts, dropped conditions.
        case augmentation = 6
        /// Random splits and subsets.
        case splitting = 7
        /// Random directions of sliced distances.
        case projection = 8
        /// Synthetic data sets.
        case synthesis = 9
        /// Initial guesses of fits.
        case initialisation = 10
        /// Numbers that a conformance checker draws.
        case checking = 11
        /// Numbers that a plugin asks for.
        case plugin = 12
        /// Random signs that estimate the trace of a Jacobian: Hutchinson probes.
        case probe = 13
        /// Where in its bin a quantised number is taken to be, when a likelihood is measured.
        case dequantisation = 14
        /// Noise of the diffusion bound.
        case bound = 15
        /// Times of the diffusion bound.
        case boundTime = 16
        /// Where in its bin a quantised number is taken to be, when a model is fitted and trained.
        case trainingDequantisation = 17
        /// Noise that is added to data to validate a model.
        case validation = 18
        /// The times at which a model is validated.
        case validationTime = 19
        /// Samples that are followed to find out where a solver errs.
        case pilot = 20
        /// Noise of an observation that replaces part of a state.
        case replacement = 21
        /// Noise that takes a state back to repeat a step.
        case renoising = 22
    }

    /// The seed.
    public let seed: UInt64
    /// What the numbers are for.
    public let purpose: Purpose

    /// A source of numbers.
    public init(seed: UInt64, purpose: Purpose) {
        self.seed = seed
        self.purpose = purpose
    }

    @inline(__always)
    private func words(sample: UInt64, step: UInt32, block: UInt32) -> SIMD4<UInt32> {
        // 32 bits of block, 32 of step and 64 of sample fill the counter; the purpose goes into the key's high half by an
        // odd multiplier, so that seeds that differ anywhere still give different keys.
        let key = seed &+ UInt64(purpose.rawValue) &* 0x9E37_79B9_7F4A_7C15
        return Philox4x32.block(
            counter: SIMD4(
                block, step, UInt32(truncatingIfNeeded: sample), UInt32(truncatingIfNeeded: sample >> 32)),
            key: SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
    }

    /// A uniform number in the open interval (0, 1).
    public func uniform(sample: Int, step: Int = 0, component: Int = 0) -> Double {
        let words = words(
            sample: UInt64(truncatingIfNeeded: sample), step: UInt32(truncatingIfNeeded: step),
            block: UInt32(truncatingIfNeeded: component))
        return Self.unit(words.x, words.y)
    }

    /// Standard normals for components `0 ..< destination.count` of one sample at one step.
    ///
    /// - Complexity: O(*count*); about 15 ns a number.
    public func fillNormals(_ destination: inout MutableSpan<Float>, sample: Int, step: Int = 0) {
        let count = destination.count
        var block: UInt32 = 0
        var index = 0
        while index < count {
            let words = words(
                sample: UInt64(truncatingIfNeeded: sample), step: UInt32(truncatingIfNeeded: step), block: block)
            let radius = (-2 * log(Self.unit(words.x, words.y))).squareRoot()
            let angle = 2 * Double.pi * Self.unit(words.z, words.w)
            destination[index] = Float(radius * cos(angle))
            if index + 1 < count { destination[index + 1] = Float(radius * sin(angle)) }
            block &+= 1
            index += 2
        }
    }

    /// Standard normals for a batch of consecutive samples, row-major `[samples, count]`, spread over the machine's cores.
    ///
    /// - Parameters:
    ///   - samples: The indices of the samples; row *b* holds the numbers of `samples.lowerBound + b`.
    ///   - count: Numbers per sample.
    ///   - step: The step that the numbers belong to.
    public func normals(samples: Range<Int>, count: Int, step: Int = 0) -> [Float] {
        var values = [Float](repeating: 0, count: samples.count * count)
        Parallel.forEachRow(of: &values, width: count) { row, span in
            fillNormals(&span, sample: samples.lowerBound + row, step: step)
        }
        return values
    }

    /// A number in (0, 1) from 53 of 64 random bits, centred in its cell so that neither end is reached.
    @inline(__always)
    private static func unit(_ high: UInt32, _ low: UInt32) -> Double {
        let bits = (UInt64(high) << 32 | UInt64(low)) >> 11
        return (Double(bits) + 0.5) * 0x1p-53
    }
}
