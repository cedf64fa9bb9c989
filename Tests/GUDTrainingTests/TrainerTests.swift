import Foundation
import GUDCore
import TestSupport
import Testing

@testable import GUDTraining

@Suite("Training")
struct TrainerTests {
    private let variances: [Float] = [4, 1, 0.25]
    private func data(_ count: Int) -> TrainingSamples {
        var values = CounterNoise(seed: 12, purpose: .synthesis).normals(samples: 0..<count, count: 3)
        for place in values.indices { values[place] *= variances[place % 3].squareRoot() }
        return TrainingSamples(values, componentCount: 3)
    }

    @Test("A linear model converges to the Gaussian optimum σ / (α² v + σ²)")
    func converges() throws {
        let model = LinearModel(componentCount: 3)
        let options = try TrainingOptions.of([
            "steps": .integer(3000), "batch": .integer(256), "learningRate": .number(0.05), "warmup": .integer(10),
            "decay": .string("cosine"),
        ])
        var trainer = try Trainer(
            model, schedule: ConstantSchedule(componentCount: 3), samples: data(20000), options: options, seed: 1)
        _ = try trainer.run(observer: Notes())
        for (weight, variance) in zip(model.weights, variances) {
            let (alpha, sigma) = (Float(0.5).squareRoot(), Float(0.5).squareRoot())
            let exact = sigma / (alpha * alpha * variance + sigma * sigma)
            #expect(abs(weight - exact) < 0.02 * exact, "seed 1: \(weight), exactly \(exact)")
        }
    }

    @Test("Checkpoints, samples, warm-up and decay come when they should")
    func times() throws {
        let options = try TrainingOptions.of([
            "steps": .integer(10), "batch": .integer(4), "learningRate": .number(1e-3), "warmup": .integer(4),
            "decay": .string("cosine"), "checkpointEvery": .integer(4), "sampleEvery": .integer(5),
        ])
        let notes = Notes()
        var trainer = try Trainer(
            LinearModel(componentCount: 3), schedule: ConstantSchedule(componentCount: 3), samples: data(50),
            options: options, seed: 1)
        #expect(try trainer.run(observer: notes) == .finished(step: 10))
        #expect(notes.checkpoints == [4, 8, 10])
        #expect(notes.samples == [5, 10])
        #expect(notes.rates.prefix(4).map { ($0 * 1e5).rounded() } == [25, 50, 75, 100])
        #expect(abs(notes.rates[6] - 0.5e-3) < 1e-12)
        #expect(notes.rates[9] < 1e-12)
    }

    @Test("A run that is asked to stop leaves a checkpoint, and resumed it gives what it would have given")
    func stops() throws {
        let options = try TrainingOptions.of(["steps": .integer(40), "batch": .integer(8)])
        func trainer(_ model: LinearModel) throws -> Trainer {
            try Trainer(
                model, schedule: ConstantSchedule(componentCount: 3), samples: data(100), options: options, seed: 9)
        }
        let whole = LinearModel(componentCount: 3)
        var uninterrupted = try trainer(whole)
        _ = try uninterrupted.run(observer: Notes())

        let (broken, notes) = (LinearModel(componentCount: 3), Notes())
        var first = try trainer(broken)
        #expect(
            try first.run(observer: notes, shouldStop: { notes.losses.count == 13 }) == .stopped(step: 13))
        #expect(notes.checkpoints == [13])
        var second = try trainer(broken)
        _ = try second.run(after: 13, observer: Notes())
        #expect(broken.weights == whole.weights)
    }

    @Test("A loss that is not a number stops the run with its step, after a checkpoint of the state before")
    func diverges() throws {
        let (model, notes) = (LinearModel(componentCount: 3), Notes())
        model.breaksAt = 7
        var trainer = try Trainer(
            model, schedule: ConstantSchedule(componentCount: 3), samples: data(100),
            options: TrainingOptions.of(["steps": .integer(40), "batch": .integer(8)]), seed: 9)
        do {
            _ = try trainer.run(observer: notes)
            Issue.record("nothing was thrown")
        } catch {
            #expect(
                "\(error)"
                    == "training diverged at step 7: the loss is nan; the state before it is kept as a checkpoint. "
                    + "Lower training.learningRate, or raise training.warmup")
        }
        #expect(notes.checkpoints == [6])
    }

    @Test("Metrics beyond the checkpoint are dropped when a run is resumed")
    func metrics() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("metrics.csv")
        let first = try MetricsFile(path: path, keepingUpTo: 0)
        for step in [10, 20, 30] {
            first.add(TrainingStepReport(loss: 0.5, gradientNorm: 2))
            try first.writeLine(step: step, learningRate: 1e-3)
        }
        _ = try MetricsFile(path: path, keepingUpTo: 20)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0] == "step,loss,gradient_norm,learning_rate,steps_per_second,validation_loss")
        #expect(lines[2].hasPrefix("20,0.5,2.0,0.001,"))
    }
}

@Suite("Batches")
struct BatchSourceTests {
    private func source(_ schedule: any NoiseSchedule, condition: TrainingCondition? = nil) -> BatchSource {
        // Sample n is the number n + 1, so that a batch tells which samples it holds.
        BatchSource(
            TrainingSamples((0..<20).map { Float($0 + 1) }, componentCount: 1, labels: Array(0..<20)), batchSize: 5,
            schedule: schedule, condition: condition, seed: 4)
    }

    @Test("Every sample comes once an epoch, in another order each time; times are stratified; a step is repeatable")
    func draws() throws {
        var source = source(ConstantSchedule(componentCount: 1, level: -60))
        let steps = try (1...8).map { try source.batch(step: $0) }
        func epoch(_ batches: ArraySlice<NoisedBatch>) -> [Int] {
            batches.flatMap { $0.noised.map { Int($0.rounded()) } }
        }
        let (first, second) = (epoch(steps[0..<4]), epoch(steps[4..<8]))
        #expect(first.sorted() == Array(1...20) && second.sorted() == Array(1...20))
        #expect(first != second)
        for batch in steps {
            for row in 0..<5 { #expect(Int(batch.states[row].time * 5) == row) }
        }
        #expect(try source.batch(step: 2).noised == steps[1].noised)
    }

    @Test("Conditions are left out as often as asked, and go with their samples otherwise")
    func conditions() throws {
        let condition = TrainingCondition(width: 1, dropProbability: 0.25) { [Float($0 + 1)] }
        var source = source(ConstantSchedule(componentCount: 1, level: -60), condition: condition)
        var dropped = 0
        for step in 1...200 {
            let batch = try source.batch(step: step)
            for (value, embedding) in zip(batch.noised, try #require(batch.embeddings).values) {
                if embedding == 0 { dropped += 1 } else { #expect(embedding == value.rounded()) }
            }
        }
        // 250 expected of 1,000; five standard errors are 68.
        #expect(abs(dropped - 250) < 68, "seed 4: \(dropped)")
    }

    @Test("A family of schedules gives each sample a member of its own")
    func families() throws {
        struct Family: ScheduleFamily {
            let componentCount = 1
            func member(at position: Double) -> any NoiseSchedule {
                ConstantSchedule(componentCount: 1, level: position)
            }
            func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) { gamma[0] = 9 }
            func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) { rate[0] = 0 }
        }
        var source = source(Family())
        let batch = try source.batch(step: 1)
        let levels = (0..<5).map { batch.states[$0].gamma[0] }
        #expect(Set(levels).count == 5 && levels.allSatisfy { (0..<1).contains($0) })
    }
}
