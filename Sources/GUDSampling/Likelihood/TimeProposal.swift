import Foundation
import GUDCore

/// Where the times of the diffusion bound are drawn: a density on [0, 1], constant in each of many cells.
///
/// A cell's probability is a sum of differences between its ends, of three functions of γ:
///
/// | share | function, summed over components | what it stands for |
/// |---|---|---|
/// | 0.5 | `v/(v + e^γ)` | where components turn from data to noise, and networks can beat the Gaussian fit |
/// | 0.4 | `log(1 + v e^(−γ))` | the integrand of the Gaussian fit, `γ̇ v/(v + e^γ)` |
/// | 0.1 | `−γ` | everything that moves, so that nothing is left out |
///
/// Any density that leaves nothing out leaves the estimate unbiased.
struct TimeProposal {
    private static let cells = 512

    private let ends: [Double]
    /// The probability of all cells up to each end.
    private let cumulative: [Double]

    /// The density for a schedule and the variances of the data.
    init(_ schedule: any NoiseSchedule, variances: [Double]) throws(ScheduleError) {
        let kinks = try SmoothStretches(schedule).ends
        let ends = Set(kinks + (0...Self.cells).map { Double($0) / Double(Self.cells) }).sorted()
        var functions: [[Double]] = []
        for end in ends {
            let gamma = try schedule.gamma(at: end)
            let signals = zip(variances, gamma).map { $0 * NoisingState.signalToNoise($1) }
            functions.append([
                signals.reduce(0) { $0 + $1 / (1 + $1) }, signals.reduce(0) { $0 + log1p($1) }, -gamma.reduce(0, +),
            ])
        }
        let falls = (0..<3).map { functions[0][$0] - functions[ends.count - 1][$0] }
        var (cumulative, sum) = ([0.0], 0.0)
        for cell in 1..<ends.count {
            for (index, share) in [0.5, 0.4, 0.1].enumerated() where falls[index] > 0 && falls[index].isFinite {
                sum += share * max(0, functions[cell - 1][index] - functions[cell][index]) / falls[index]
            }
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
