import GUDCore

/// A schedule of which some components are given: they stay at γ_i(0) throughout, and their rate is 0.
///
/// A solver leaves components whose γ does not change untouched, so nothing else has to know which components are given; and
/// the denoiser sees in their noising state that they are as clean as data ever get.
struct HeldSchedule: NoiseSchedule {
    private let base: any NoiseSchedule
    private let mask: [Bool]
    private let cleanGamma: [Double]

    /// Holds the components of the mask.
    init(_ base: any NoiseSchedule, holding mask: [Bool]) throws(ScheduleError) {
        self.base = base
        self.mask = mask
        cleanGamma = try base.gamma(at: 0)
    }

    var componentCount: Int { base.componentCount }

    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gamma(at: time, into: &gamma)
        for component in mask.indices where mask[component] { gamma[component] = cleanGamma[component] }
    }

    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        try base.gammaRate(at: time, into: &rate)
        for component in mask.indices where mask[component] { rate[component] = 0 }
    }
}
