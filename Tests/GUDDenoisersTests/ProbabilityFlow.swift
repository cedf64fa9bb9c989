import GUDCore
import GUDDenoisers
import GUDSchedules

/// The probability-flow ODE of an exact denoiser, integrated by the classical Runge–Kutta method in Double.
///
/// Steps end where a component enters or leaves its window, as the velocity jumps there.
struct ProbabilityFlow {
    let denoiser: any ExactDenoiser
    let schedule: SoftSchedule
    /// Steps per unit of time.
    var steps = 1000.0

    /// Carries points from one time to another; with the change of their log volume, `∫ div v dt`.
    func carry(_ points: [Double], from start: Double, to end: Double) throws -> (points: [Double], logVolume: [Double])
    {
        let ends = (0..<schedule.componentCount).flatMap { i in
            [schedule.window(i).lowerBound, schedule.window(i).upperBound]
        }
        var times = Set(ends.filter { $0 > min(start, end) && $0 < max(start, end) } + [start, end]).sorted()
        if start > end { times.reverse() }
        var (z, volume) = (points, [Double](repeating: 0, count: points.count / schedule.componentCount))
        for (from, to) in zip(times, times.dropFirst()) {
            let count = max(1, Int(((to - from).magnitude * steps).rounded(.up)))
            for step in 0..<count {
                try advance(&z, &volume, from + (to - from) * Double(step) / Double(count), (to - from) / Double(count))
            }
        }
        return (z, volume)
    }

    private func advance(_ z: inout [Double], _ volume: inout [Double], _ time: Double, _ h: Double) throws {
        // Inside the open step, so that the ends of a window count as inside it.
        func rate(_ z: [Double], _ fraction: Double) throws -> (velocity: [Double], divergence: [Double]) {
            let inside = time + h * min(max(fraction, 1e-9), 1 - 1e-9)
            return try field(z, at: min(max(inside, 0), 1))
        }
        func moved(_ k: [Double], _ by: Double) -> [Double] { zip(z, k).map { $0 + by * $1 } }
        let k1 = try rate(z, 0)
        let k2 = try rate(moved(k1.velocity, h / 2), 0.5)
        let k3 = try rate(moved(k2.velocity, h / 2), 0.5)
        let k4 = try rate(moved(k3.velocity, h), 1)
        func combined(_ part: ((velocity: [Double], divergence: [Double])) -> [Double], _ i: Int) -> Double {
            h / 6 * (part(k1)[i] + 2 * part(k2)[i] + 2 * part(k3)[i] + part(k4)[i])
        }
        for i in z.indices { z[i] += combined(\.velocity, i) }
        for i in volume.indices { volume[i] += combined(\.divergence, i) }
    }

    /// The velocity of every point, and its divergence from one pull-back per component.
    private func field(_ z: [Double], at time: Double) throws -> (velocity: [Double], divergence: [Double]) {
        let width = schedule.componentCount
        let rows = z.count / width
        let state = try schedule.state(at: time)
        // Every point K times, each with its own unit vector.
        var (points, units): ([Double], [Double]) = ([], [])
        for row in 0..<rows {
            for i in 0..<width {
                points += z[row * width..<(row + 1) * width]
                units += (0..<width).map { $0 == i ? 1 : 0 }
            }
        }
        let result = try denoiser.pullBack(units, through: points, states: .shared(state))
        var (velocity, divergence): ([Double], [Double]) = ([], [])
        for row in 0..<rows {
            var trace = 0.0
            for i in 0..<width {
                let first = row * width * width
                velocity.append(
                    state.velocity(i, noised: z[row * width + i], noise: result.noise[first + i]))
                trace += state.velocity(i, noised: 1, noise: result.products[first + i * width + i])
            }
            divergence.append(trace)
        }
        return (velocity, divergence)
    }
}
