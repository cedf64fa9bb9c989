import Foundation
import GUDCore
import Testing

@testable import GUDEvaluation

/// Windows along strips, against closed forms, scipy, and drifts that were put in.
@Suite("Drift along strips")
struct WindowDriftTests {
    private let process = ColumnProcess(height: 4, rho: 0.8)
    private let starts = [0, 4, 8, 12, 16]

    @Test("Statistics of a window agree with numpy and scipy")
    func reference() {
        let window: [Float] = [0.5, -1, 0.25, 2, -0.75, 0, 1.5, 1, -2, 0.5]
        let expected: [WindowStatistic: Double] = [
            .mean: 0.2, .deviation: 1.1390785749894519, .absoluteDifference: 1.6875, .lowPower: 0.24737666608597092,
            .highPower: 0.9601233339140289,
        ]
        for statistic in WindowStatistic.allCases {
            #expect(abs(statistic.value(of: window[...], size: 2) - (expected[statistic] ?? .nan)) < 1e-12)
        }
    }

    @Test("A stationary process does not drift, and is like its own windows")
    func stationary() throws {
        let strips = try #require(process.draw(200, width: 24, seed: 41))
        let data = try #require(process.draw(1000, width: 8, seed: 42))
        let drift = try WindowDrift(of: strips, starts: starts, size: 8, data: data)
        #expect(drift.courses.count == WindowStatistic.allCases.count && drift.starts == starts)
        for course in drift.courses {
            #expect(abs(course.trend.significance) < 4, "seed 41: \(course.statistic) \(course.trend)")
            #expect(abs(try #require(course.difference).significance) < 4, "seeds 41, 42: \(course.statistic)")
            #expect(abs(try #require(course.lastDifference).significance) < 4, "seeds 41, 42: \(course.statistic)")
        }
        // E|x_c − x_{c−1}| of variance 2 (1 − ρ).
        let difference = try #require(drift.courses.first { $0.statistic == .absoluteDifference })
        for window in difference.windows {
            #expect(abs(window.value - (0.8 / .pi).squareRoot()) < 4 * window.standardError, "seed 41")
        }
    }

    @Test("A drift that was put in is found by its own size")
    func drifting() throws {
        let strips = try #require(process.draw(200, width: 24, seed: 43))
        let data = try #require(process.draw(1000, width: 8, seed: 44))
        // The mean climbs by 0.1 per line, so by 0.4 per window that begins four lines later.
        let climbing = try #require(strips.mapped { line, value in value + 0.1 * Float(line) })
        let climb = try WindowDrift(of: climbing, starts: starts, size: 8, data: data).courses[0]
        #expect(abs(climb.trend.value - 0.4) < 4 * climb.trend.standardError && climb.trend.significance > 10)
        #expect(try #require(climb.lastDifference).significance > 10)

        // Contrast falls by 2 % of itself per line: every statistic of size shows it.
        let fading = try #require(strips.mapped { line, value in value * (1 - 0.02 * Float(line)) })
        for course in try WindowDrift(of: fading, starts: starts, size: 8, data: data).courses.dropFirst() {
            #expect(course.trend.significance < -5, "seed 43: \(course.statistic) \(course.trend)")
        }
        // A bias is no drift: the difference shows it, the trend does not.
        let shifted = try #require(strips.mapped { _, value in value + 1 })
        let bias = try WindowDrift(of: shifted, starts: starts, size: 8, data: data).courses[0]
        let difference = try #require(bias.difference)
        #expect(abs(bias.trend.significance) < 4 && difference.significance > 10)
    }

    @Test("What cannot be measured is refused; windows that do not fit are left out")
    func refused() throws {
        let strips = try #require(process.draw(3, width: 24, seed: 1))
        #expect(try WindowDrift(of: strips, starts: [-4, 0, 4, 20], size: 8).starts == [0, 4])
        #expect(throws: EvaluationError.tooFew(1, needed: 2, measure: "the drift along strips (windows)")) {
            try WindowDrift(of: strips, starts: [0, 20], size: 8)
        }
        #expect(throws: EvaluationError.tooFew(1, needed: 2, measure: "the drift along strips")) {
            try WindowDrift(of: strips.selecting([0]), starts: [0, 4], size: 8)
        }
        #expect(throws: EvaluationError.dimensions(32, 24)) {
            try WindowDrift(of: strips, starts: [0, 4], size: 8, data: strips.lines(0..<6))
        }
    }
}
