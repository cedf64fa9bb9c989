import GUDCore
import GUDSampling

extension ExtensionPlan {
    /// Sample indices of one window lie below this; window *w* of strip *i* is drawn as sample *w* · stride + *i*.
    static let strideOfWindows = 1_000_000
}

/// Images that were extended, and where their windows met.
public struct ExtendedStrips: Sendable, Equatable {
    /// The images, the beginning included.
    public let strips: ImageStrips
    /// The lines at which each window's new lines begin, in order; a first window that was drawn freely begins at 0.
    public let starts: [Int]

    /// The lines before which two windows meet: where new lines were added to others.
    public var seams: [Int] { starts.filter { $0 > 0 } }
}

extension Pipeline {
    /// Draws images of any width (or height) from a model of fixed size, window by window.
    ///
    /// With W lines in a window and s new ones, window after window draws
    ///
    ///     x_{L ..< L+s} ~ p(last s lines | first W − s lines = x_{L−W+s ..< L})
    ///
    /// from the model's joint distribution of W lines, by conditioning on clean components. All strips of a window are drawn as one batch, each with
    /// given values of its own. Every window takes fresh noise: strip *i* of window *w* is sample `w · 1,000,000 + i` of the seed's
    /// sequence, so that a strip is the same whatever others are drawn with it, and a first window that is drawn freely is the sample
    /// that ``sample(_:seed:request:sampler:batchSize:observer:isCancelled:)`` draws.
    ///
    ///     let plan = ExtensionPlan(.columns, by: 14, until: .size(280))
    ///     let extended = try pipeline.extend(0..<8, plan: plan, seed: 0)  // 8 images of 28×280
    ///
    /// What is exact about it, and what is lost, is told in `Documentation/extension.md`.
    ///
    /// - Parameters:
    ///   - strips: Which strips of the seed's endless sequence.
    ///   - plan: Axis, new lines per window, and how far.
    ///   - beginning: What the strips begin with, in data units: one image for all, or one for each, of any length along the axis. Where it is
    ///     shorter than what a window is given, the first window draws all that is missing. `nil`: the first window is drawn freely.
    ///   - seed: The seed.
    ///   - request: Class, guidance and the method of conditioning; without an observation.
    ///   - sampler: Another sampler than the configuration's.
    ///   - observer: Is told of every state on the way.
    ///   - onWindow: Is told how many windows are finished, and how many there are.
    ///   - isCancelled: Polled between steps.
    /// - Returns: The strips with their beginning.
    /// - Throws: ``ExtensionError`` before anything is drawn; else what conditioner and sampler throw.
    /// - Complexity: Each window costs as much as drawing as many samples as there are strips.
    ///
    /// Source: the column-sequential schedules of Gerdes, Welling & Cheng, arXiv:2410.02667, applied window by window.
    public func extend(
        _ strips: Range<Int>, plan: ExtensionPlan, from beginning: ImageStrips? = nil, seed: UInt64,
        request: ConditionRequest = ConditionRequest(), sampler: (any Sampler)? = nil, batchSize: Int = 64,
        observer: SamplingObserver? = nil, onWindow: (_ finished: Int, _ of: Int) -> Void = { _, _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> ExtendedStrips {
        let windows = try plan.windows(of: space.shape, beginning: beginning?.lineCount ?? 0)
        guard request.observed == nil else { throw ExtensionError.observation }
        guard !strips.isEmpty, strips.lowerBound >= 0, strips.upperBound <= ExtensionPlan.strideOfWindows else {
            throw ExtensionError.strips(strips)
        }
        try checkMemory(for: strips.count, windows, plan.axis)
        var grown = try beginning.map { try self.beginnings($0, for: strips, plan.axis) }
        for (index, window) in windows.enumerated() {
            let first = index * ExtensionPlan.strideOfWindows + strips.lowerBound
            let samples = first..<first + strips.count
            var request = request
            if let grown, window.given > 0 {
                request.observed = observation(of: grown, window, samples: samples)
            }
            let drawn = try sample(
                samples, seed: seed, request: request, sampler: sampler, batchSize: batchSize, observer: observer,
                isCancelled: isCancelled)
            guard let drawn = ImageStrips(drawn, shape: space.shape, along: plan.axis) else {
                throw ExtensionError.vector(space.shape)
            }
            let new = drawn.lines(window.given..<drawn.lineCount)
            grown = grown?.appending(new) ?? new
            onWindow(index + 1, windows.count)
        }
        guard let grown else { throw ExtensionError.windows(0) }
        return ExtendedStrips(strips: grown, starts: windows.map(\.start))
    }

    /// Refuses strips that together are more numbers than ``SamplingProblem/numberLimit``.
    private func checkMemory(
        for count: Int, _ windows: [ExtensionPlan.Window], _ axis: ImageAxis
    ) throws(ExtensionError) {
        guard let last = windows.last else { return }
        let size = last.start + last.new
        let perLine = space.dimension / (last.given + last.new)
        let limit = SamplingProblem.numberLimit / perLine / size
        guard count <= limit else { throw .tooMany(strips: count, size: size, limit: limit, axis) }
    }

    /// One beginning for each strip.
    private func beginnings(
        _ beginning: ImageStrips, for strips: Range<Int>, _ axis: ImageAxis
    ) throws(ExtensionError) -> ImageStrips {
        let window = ImageStrips([], shape: space.shape, along: axis)
        guard beginning.axis == axis, beginning.profile == window?.profile else {
            throw .beginning("the beginning", beginning.shape, window: space.shape, axis)
        }
        guard beginning.count == 1 || beginning.count == strips.count else {
            throw .beginnings(beginning.count, strips: strips.count)
        }
        if let index = beginning.values.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(beginning.values[index], beginning: index / beginning.shape.dimension)
        }
        return beginning.selecting(strips.indices.map { ($0 - strips.lowerBound) % beginning.count })
    }

    /// What a window is given: the last lines of every strip, in its first lines.
    private func observation(of grown: ImageStrips, _ window: ExtensionPlan.Window, samples: Range<Int>) -> Observation
    {
        // Sample i takes row i mod rows, see `Observation`.
        let count = samples.count
        var places = [Int](repeating: 0, count: count)
        for (place, sample) in samples.enumerated() { places[sample % count] = place }
        let given = grown.lines(grown.lineCount - window.given..<grown.lineCount).selecting(places)
        // What is not given may hold anything; its first lines stand in for it.
        var filled = given
        while filled.lineCount < window.given + window.new {
            filled = filled.appending(given.lines(0..<min(window.given, window.given + window.new - filled.lineCount)))
        }
        return Observation(filled.values, mask: filled.mask(of: 0..<window.given))
    }
}
