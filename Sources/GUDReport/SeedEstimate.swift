import GUDSampling

/// A mean over seeds with its 95 % confidence interval.
///
/// `x̄ ± t₀.₉₇₅(n − 1) s/√n` for n independent runs. One run has no interval.
public struct SeedEstimate: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// Half the interval; `nil` for a single run.
    public let halfWidth: Double?
    /// The number of runs.
    public let count: Int

    /// The mean of some numbers; `nil` of none.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let estimate = LikelihoodReport.Estimate(values)
        count = values.count
        mean = estimate.value
        halfWidth = values.count > 1 ? Self.quantile(degrees: values.count - 1) * estimate.error : nil
    }

    /// The 0.975 quantile of Student's t: by table up to 10 degrees of freedom, then by its expansion around the normal one, within 2e-4.
    ///
    /// Source: Abramowitz & Stegun, "Handbook of mathematical functions", table 26.10 and equation 26.7.5.
    static func quantile(degrees: Int) -> Double {
        let table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281]
        guard degrees > table.count else { return table[max(degrees, 1) - 1] }
        let (z, n) = (1.959963984540054, Double(degrees))
        let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
    }
}
