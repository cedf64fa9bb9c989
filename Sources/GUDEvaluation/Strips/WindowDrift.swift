import GUDCore

/// Whether windows of strips change along the strip, and how they compare with windows of data.
///
/// Each strip is cut into windows of the model's size, at most one beginning at each place where the model's own windows begin. For each
/// ``WindowStatistic`` the trend is the mean over strips of the slope of a straight line through the values of a strip's windows, per window;
/// its standard error comes from the spread of slopes over strips, so that windows that overlap, or depend on one another, are accounted for.
///
/// A trend that is not 0 is a drift: the strip wanders off. A difference from data without a trend is the model's own bias.
public struct WindowDrift: Sendable, Codable, Equatable {
    /// One statistic by window.
    public struct Course: Sendable, Codable, Equatable {
        /// Which statistic.
        public var statistic: WindowStatistic
        /// Its mean over strips at each window, in order.
        public var windows: [Estimate]
        /// Its slope, per window.
        public var trend: Estimate
        /// Its mean over windows of data; `nil` without data.
        public var data: Estimate?
        /// The mean of all windows of strips minus that of data.
        public var difference: Estimate?
        /// The last window minus data.
        public var lastDifference: Estimate?
    }

    /// A course per statistic.
    public var courses: [Course]
    /// The lines at which the windows begin.
    public var starts: [Int]
    /// The number of strips.
    public var stripCount: Int
    /// The number of windows of data.
    public var dataCount: Int

    /// Measures strips.
    ///
    /// - Parameters:
    ///   - strips: Images of one size, two or more.
    ///   - starts: The lines at which windows begin, ascending; two or more, each with a whole window after it.
    ///   - size: Lines of a window, two or more.
    ///   - data: Windows of data, of just that many lines.
    /// - Throws: ``EvaluationError/tooFew(_:needed:measure:)`` below two strips, windows or windows of data;
    ///   ``EvaluationError/dimensions(_:_:)`` where the data have another size; ``EvaluationError/notFinite(sample:value:)``.
    /// - Complexity: O(size) per scalar.
    public init(
        of strips: ImageStrips, starts: [Int], size: Int, data: ImageStrips? = nil
    ) throws(EvaluationError) {
        let measure = "the drift along strips"
        let starts = starts.filter { $0 >= 0 && $0 + size <= strips.lineCount }
        guard strips.count >= 2 else { throw .tooFew(strips.count, needed: 2, measure: measure) }
        guard starts.count >= 2, size >= 2 else {
            throw .tooFew(starts.count, needed: 2, measure: "\(measure) (windows)")
        }
        if let data {
            guard data.lineSize == strips.lineSize, data.lineCount == size else {
                throw .dimensions(size * strips.lineSize, data.lineCount * data.lineSize)
            }
            guard data.count >= 2 else { throw .tooFew(data.count, needed: 2, measure: "\(measure) with data") }
        }
        let (own, reference) = (try Self.finite(strips), try data.map(Self.finite))
        let (line, windowSize) = (strips.lineSize, size * strips.lineSize)
        courses = WindowStatistic.allCases.map { statistic in
            let values = (0..<strips.count).map { strip in
                starts.map { start in
                    let begin = (strip * strips.lineCount + start) * line
                    return statistic.value(of: own[begin..<begin + windowSize], size: line)
                }
            }
            let data = reference.map { reference in
                Estimate(
                    meanOf: stride(from: 0, to: reference.count, by: windowSize).map {
                        statistic.value(of: reference[$0..<$0 + windowSize], size: line)
                    })
            }
            let windows = starts.indices.map { window in Estimate(meanOf: values.map { $0[window] }) }
            let overall = Estimate(meanOf: values.map { $0.reduce(0, +) / Double($0.count) })
            return Course(
                statistic: statistic, windows: windows, trend: Estimate(meanOf: values.map(Self.slope)), data: data,
                difference: data.map { overall - $0 }, lastDifference: data.map { windows[windows.count - 1] - $0 })
        }
        self.starts = starts
        stripCount = strips.count
        dataCount = data?.count ?? 0
    }

    /// The slope of the straight line of least squares through values at 0, 1, 2 and so on.
    private static func slope(_ values: [Double]) -> Double {
        let middle = Double(values.count - 1) / 2
        let (top, bottom) = values.enumerated().reduce(into: (0.0, 0.0)) { sums, value in
            let place = Double(value.offset) - middle
            sums.0 += place * value.element
            sums.1 += place * place
        }
        return top / bottom
    }

    private static func finite(_ strips: ImageStrips) throws(EvaluationError) -> [Float] {
        let lines = strips.transposed
        if let index = lines.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(sample: index / strips.shape.dimension, value: "\(lines[index])")
        }
        return lines
    }
}
