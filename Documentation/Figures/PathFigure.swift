import Foundation
import GUDCore
import GUDDenoisers
import GUDPlot
import GUDSampling
import GUDSchedules

/// Vector I-MMSE: three paths from data to noise lose information at different times, and the same in all.
enum PathFigure {
    private static let covariance = [
        2.0, 0.6, -0.3, 0.1, 0.6, 1.0, 0.4, 0.2, -0.3, 0.4, 0.7, -0.1, 0.1, 0.2, -0.1, 0.4,
    ]

    static func figure() throws -> Figure {
        let denoiser = try GaussianDenoiser(covariance: .full(covariance), componentCount: 4)
        // Quarters and sixths, at which components begin and cease to move, are ends of parts.
        let parts = 1536
        let middles = (0..<parts).map { (Double($0) + 0.5) / Double(parts) }
        let ends = (0...parts).map { Double($0) / Double(parts) }
        var (integrands, integrals) = ([Mark](), [Mark]())
        // Labels over the range of γ, 16: steepness 3 is one component after the other.
        for (index, (name, steepness)) in [("scalar", 0.0), ("soft", 1), ("hard", 3)].enumerated() {
            let schedule = try SoftSchedule(
                labels: (0..<4).map { 16 * Double($0) / 3 }, variances: [1, 1, 1, 1], gammaDenoise: -8, gammaNoise: 8,
                steepness: steepness, clip: -8...8)
            let rate = InformationRate(schedule: schedule, denoiser: denoiser)
            let rates = try middles.map { try rate.rates(at: $0).reduce(0, +) }
            let running = try rate.runningIntegral(parts: parts)
            integrands.append(.line(Line(name, x: middles, y: rates, ink: .category(index))))
            let total = String(format: "%.3f", running.last ?? 0)
            integrals.append(
                .line(Line("\(name): \(total) nats", x: ends, y: running, ink: .category(index))))
        }
        return Figure(
            "Three paths, one likelihood",
            panels: [
                Plot(
                    "Rate at which information is lost", x: Axis("time t", range: 0...1),
                    y: Axis("½ Σ γ̇ MMSE", unit: "nats"), marks: integrands, legend: .above),
                Plot(
                    "Its integral from 0 to t", x: Axis("time t", range: 0...1), y: Axis("information", unit: "nats"),
                    marks: integrals, legend: .above),
            ], plotWidth: 320, plotHeight: 220)
    }
}
