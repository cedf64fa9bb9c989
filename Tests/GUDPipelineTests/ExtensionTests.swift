import Foundation
import GUDCore
import GUDEvaluation
import GUDSampling
import Testing

@testable import GUDPipeline

/// Extension of a Gaussian process along one axis, for which everything is known in closed form.
@Suite("Extension")
struct ExtensionTests {
    /// Of some 400 covariances the largest is within this, at one in two hundred.
    private let familyWise = 4.4

    @Test(
        "Strips have the law of the process across all seams, where what is given covers its order",
        arguments: [
            (ImageAxis.columns, ConditioningMethod.held, 3), (.rows, .held, 5), (.columns, .auto, 4),
            (.columns, .moments, 3),
        ])
    func law(axis: ImageAxis, method: ConditioningMethod, step: Int) throws {
        let model = GaussianStripModel.firstOrder(0.8, axis: axis)
        let count = method == .moments ? 1000 : 3000
        let extended = try model.pipeline().extend(
            0..<count, plan: ExtensionPlan(axis, by: step, until: .windows(4)), seed: 51,
            request: ConditionRequest(method: method), batchSize: 500)
        #expect(extended.strips.lineCount == 6 + 3 * step && extended.strips.count == count)
        #expect(
            extended.starts == [0, 6, 6 + step, 6 + 2 * step] && extended.seams == Array(extended.starts.dropFirst()))
        let worst = model.worst(extended.strips)
        #expect(worst.significance < familyWise, "seed 51: \(worst)")
    }

    @Test("The closed form of the exact denoiser gives the same law")
    func exactMethod() throws {
        let model = GaussianStripModel.firstOrder(0.8, window: 4)
        let extended = try model.pipeline().extend(
            0..<400, plan: ExtensionPlan(by: 2, until: .windows(3)), seed: 52, request: ConditionRequest(method: .exact)
        )
        let worst = model.worst(extended.strips)
        #expect(worst.significance < familyWise, "seed 52: \(worst)")
    }

    @Test("A process of order two needs two given lines: with one, the seam forgets just what theory says")
    func order() throws {
        let model = GaussianStripModel.secondOrder(1.2, -0.6)
        func strips(by step: Int) throws -> ImageStrips {
            try model.pipeline().extend(
                0..<3000, plan: ExtensionPlan(by: step, until: .windows(2)), seed: 53, batchSize: 500
            ).strips
        }
        let enough = model.worst(try strips(by: 4))
        #expect(enough.significance < familyWise, "seed 53: \(enough)")

        // With line 5 alone given, lines 6 to 10 depend on earlier ones through it: Cov(x_a, x_b) = r(5 − a) r(b − 5) for a < 5 < b.
        let short = try strips(by: 5)
        #expect(model.worst(short).significance > 10)
        let predicted = model.worst(short) { a, b in
            let (low, high) = (min(a.line, b.line), max(a.line, b.line))
            guard low < 5, high > 5 else { return model.covariance(a, b) }
            return model.correlation(5 - low) * model.correlation(high - 5) * (a.place == b.place ? 1 : 0.5)
        }
        #expect(predicted.significance < familyWise, "seed 53: \(predicted)")
    }

    @Test("What follows a beginning has its conditional mean and variance", arguments: [2, 3, 6, 9])
    func beginning(length: Int) throws {
        let model = GaussianStripModel.firstOrder(0.8)
        let values = (0..<2 * length).map { Float($0 % length) / 4 - 1.5 }
        let start = try #require(
            ImageStrips(values, shape: .image(height: 2, width: length, channels: 1), along: .columns))
        let count = 2000
        let extended = try model.pipeline().extend(
            0..<count, plan: ExtensionPlan(by: 3, until: .size(14)), from: start, seed: 54, batchSize: 500)
        #expect(extended.strips.lineCount == 14 && extended.starts.first == length)
        #expect(extended.strips.lines(0..<length) == start.selecting([Int](repeating: 0, count: count)))
        let last = Double(values[length - 1])
        for line in length..<14 {
            let distance = Double(line - length + 1)
            let column = extended.strips.lines(line..<line + 1).values.map(Double.init)
            let (mean, variance) = (last * pow(0.8, distance), 1 - pow(0.8, 2 * distance))
            let drawn = column.reduce(0, +) / Double(column.count)
            // Two scalars of correlation ½ in each strip.
            let error = (variance * 0.75 / Double(count)).squareRoot()
            #expect(abs(drawn - mean) < 4 * error + 1e-3, "seed 54: line \(line) \(drawn), \(mean) ± \(error)")
            let spread = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
            #expect(
                abs(spread / variance - 1) < 4 * (1.25 / Double(count)).squareRoot() + 2e-3, "seed 54: line \(line)")
        }
    }

    @Test("A strip is the same whatever else is drawn, each has values of its own, and every window other noise")
    func independence() throws {
        let pipeline = try GaussianStripModel.firstOrder(0.8).pipeline()
        let plan = ExtensionPlan(by: 3, until: .windows(4))
        let all = try pipeline.extend(0..<7, plan: plan, seed: 55, batchSize: 3).strips
        let some = try pipeline.extend(4..<7, plan: plan, seed: 55, batchSize: 64).strips
        #expect(all.selecting([4, 5, 6]) == some)
        let free = try pipeline.sample(0..<7, seed: 55)
        #expect(all.lines(0..<6).values == free)
        #expect(try pipeline.extend(0..<7, plan: plan, seed: 56).strips != all)

        // The same beginning for all, or one for each: a strip sees its own alone.
        let beginnings = all.lines(0..<4)
        let each = try pipeline.extend(0..<7, plan: plan, from: beginnings, seed: 57).strips
        for strip in 0..<7 {
            let single = try pipeline.extend(
                strip..<strip + 1, plan: plan, from: beginnings.selecting([strip]), seed: 57)
            #expect(single.strips == each.selecting([strip]))
        }
        // Windows that start from the same lines differ: their noise is another.
        let flat = try #require(
            ImageStrips(
                [Float](repeating: 0, count: 6), shape: .image(height: 2, width: 3, channels: 1), along: .columns))
        let drawn = try pipeline.extend(0..<1, plan: plan, from: flat, seed: 58).strips
        #expect(drawn.lines(3..<6) != drawn.lines(6..<9))
    }

    @Test("Held columns cost no steps: under a sequential schedule few steps do what they do without")
    func deadTime() throws {
        let model = GaussianStripModel.firstOrder(0.8)
        let pipeline = try model.pipeline()
        let choice = try pipeline.skippingDeadTime(Configuration.Choice("ddim"))
        #expect(choice.parameters["placement"] == .string("snr"))
        let optimised = Configuration.Choice("ddim", ["placement": .string("optimised")])
        #expect(try pipeline.skippingDeadTime(optimised) == optimised)
        let adaptive = Configuration.Choice("dopri5")
        #expect(try pipeline.skippingDeadTime(adaptive) == adaptive)
    }

    @Test("Strips of the exact process are measured as what they are: no seam, no drift")
    func measures() throws {
        let model = GaussianStripModel.firstOrder(0.8)
        let pipeline = try model.pipeline()
        let plan = ExtensionPlan(by: 3, until: .windows(5))
        let extended = try pipeline.extend(0..<600, plan: plan, seed: 59, batchSize: 300)
        let found = try pipeline.evaluate(
            extended, plan: plan, seed: 59, method: .auto, sampler: pipeline.configuration.sampler)
        let seams = try #require(found.seams)
        #expect(seams.seamCount == 4 && seams.stripCount == 600)
        #expect(seams.comparisons.allSatisfy { abs($0.comparison.difference.significance) < 4 }, "seed 59: \(found)")
        #expect(abs(seams.correlation.seams.value - 0.8) < 4 * seams.correlation.seams.standardError)
        let drift = try #require(found.drift)
        #expect(drift.starts == [0, 3, 6, 9, 12])
        #expect(drift.courses.allSatisfy { abs($0.trend.significance) < 4 }, "seed 59: \(found)")
        // The digits are of another shape: the record says that there was nothing to compare with.
        #expect(found.recipe.data.hasPrefix("no data") && drift.courses[0].data == nil)
        #expect("\(found)".contains("dpm++2m, 24 steps"))
    }
}
