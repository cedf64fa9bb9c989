import GUDCore

/// Part of a sample whose likelihood is measured, given another part, and without the rest.
///
///     −log p(free | given),    absent components integrated out
///
/// Given components stay clean throughout, absent ones noise; the flow, or the bound, is of the free ones alone. By the chain rule
/// `p(x) = p(given) p(free | given)`, where the first factor is measured with all others absent: both with one and the same
/// denoiser, which must know γ of every component.
public struct LikelihoodPart: Sendable, Equatable {
    /// What becomes of each component.
    public let pins: [PinnedSchedule.Pin]

    /// A part.
    ///
    /// - Parameters:
    ///   - given: The components that are known.
    ///   - absent: Those that nothing is known or asked of.
    /// - Throws: ``LikelihoodError/option(_:)`` where a component is both, or none is left.
    public init(given: [Bool], absent: [Bool]) throws(LikelihoodError) {
        precondition(given.count == absent.count, "one flag per component")
        guard !zip(given, absent).contains(where: { $0 && $1 }) else {
            throw .option("a component cannot be given and absent: --given and --absent name the same")
        }
        pins = zip(given, absent).map { $0 ? .clean : $1 ? .noise : .free }
        guard freeCount > 0 else { throw .option("all components are given or absent: there is nothing to measure") }
    }

    /// How many components are measured.
    public var freeCount: Int { pins.count { $0 == .free } }
    /// How many are given.
    public var givenCount: Int { pins.count { $0 == .clean } }
    /// How many are absent.
    public var absentCount: Int { pins.count { $0 == .noise } }

    /// The part in words.
    var text: String {
        "\(freeCount) of \(pins.count) components" + (givenCount > 0 ? ", given \(givenCount)" : "")
            + (absentCount > 0 ? ", without \(absentCount)" : "")
    }
}
