extension SoftSchedule {
    /// The times within [0, 1] at which a component is active: all of them where nothing is clipped.
    ///
    /// With the clip at `γ_denoise … γ_noise` its width is `R/(R + aL)`.
    public func window(_ component: Int) -> ClosedRange<Double> {
        guard let clip else { return 0...1 }
        let start = gammaDenoise + steepness * placement[component]
        let begin = min(max((clip.lowerBound - start) / slope, 0), 1)
        let end = min(max((clip.upperBound - start) / slope, 0), 1)
        return begin...max(begin, end)
    }

    /// The largest steepness without dead time when clipped: `R` over the largest gap between consecutive distinct labels.
    ///
    /// At that steepness the widest neighbours meet end to end. It is ∞ where all labels are equal.
    ///
    /// - Parameters:
    ///   - labels: l_i of the components.
    ///   - range: R, the extent of the clip.
    public static func largestSteepness(labels: [Double], range: Double) -> Double {
        let sorted = labels.sorted()
        let gap = zip(sorted, sorted.dropFirst()).map { $1 - $0 }.max() ?? 0
        return range / gap
    }
}
