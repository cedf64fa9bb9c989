import Foundation
import GUDCore

/// Where the times of the diffusion bound are drawn: a density on [0, 1], constant in each of many cells.
///
/// For the Gaussian fit the integrand is `½ Σ γ̇_i v_i/(v_i + e^γ_i)`, whose integral over a cell is known in closed form:
/// `½ Σ log(1 + v_i e^(−γ_i))` at its beginning less that at its end. A tenth of the draws goes by the mere change of γ, so
/// that nothing that moves is left out. Any such density leaves the estimate unbiased.
struct TimeProposal {
    private static let cells = 512

    private let ends: [Double]
    /// The probability of all cells up to each end.
    private let cumulative: [Double]

    /// The density for a schedule and the variances of the data.
    init(_ schedule: any NoiseSchedule, variances: [Double]) throws(ScheduleError) {
        let kinks = try ScheduleSegments(schedule).ends
        let ends = Set(kinks + (0...Self.cells).map { Double($0) / Double(Self.cells) }).sorted()
        var information: [Double] = []
        var extent: [Double] = []
        for end in ends {
            let gamma = try schedule.gamma(at: end)
            information.append(
                zip(variances, gamma).reduce(0) { $0 + log1p($1.0 * NoisingState.signalToNoise($1.1)) })
            extent.append(gamma.reduce(0, +))
        }
        let (content, range) = (information[0] - (information.last ?? 0), (extent.last ?? 0) - extent[0])
        var (cumulative, sum) = ([0.0], 0.0)
        for cell in 1..<ends.count {
            let share = content > 0 ? max(0, information[cell - 1] - information[cell]) / content : 0
            sum += 0.9 * share + 0.1 * (range > 0 ? max(0, extent[cell] - extent[cell - 1]) / range : 1)
            cumulative.append(sum)
        }
        self.ends = ends
        self.cumulative = cumulative.map { sum > 0 ? $0 / sum : 0 }
    }

    /// The time below which a fraction of the probability lies, and the density there.
    func time(at fraction: Double) -> (time: Double, density: Double) {
        var (low, high) = (0, cumulative.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if cumulative[middle] <= fraction { low = middle } else { high = middle }
        }
        let (mass, width) = (cumulative[high] - cumulative[low], ends[high] - ends[low])
        guard mass > 0 else { return (0.5 * (ends[low] + ends[high]), 1 / width) }
        let part = min(max((fraction - cumulative[low]) / mass, 1e-9), 1 - 1e-9)
        return (ends[low] + width * part, mass / width)
    }
}

/// The times of each sample: one in every stratum, and over the samples a sequence of low discrepancy.
struct TimeDraw {
    private let proposal: TimeProposal
    private let count: Int
    private let offset: Double

    init(_ proposal: TimeProposal, count: Int, seed: UInt64) {
        self.proposal = proposal
        self.count = count
        offset = CounterNoise(seed: seed, purpose: .boundTime).uniform(sample: 0)
    }

    /// One of a sample's times, and the density that it was drawn from.
    func time(_ index: Int, sample: Int) -> (time: Double, density: Double) {
        // Multiples of the golden ratio, modulo 1, are as even as a sequence can be.
        let shift = (offset + Double(sample) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
        return proposal.time(at: (Double(index) + shift) / Double(count))
    }
}
