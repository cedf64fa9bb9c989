import GUDCore
import Testing

@testable import GUDTraining

@Suite("Validation")
struct ValidationTests {
    private let variances: [Float] = [4, 1, 0.25]

    private func data(_ count: Int, seed: UInt64) -> TrainingSamples {
        var values = CounterNoise(seed: seed, purpose: .synthesis).normals(samples: 0..<count, count: 3)
        for place in values.indices { values[place] *= variances[place % 3].squareRoot() }
        return TrainingSamples(values, componentCount: 3)
    }

    @Test("The loss of the optimum for Gaussian data is its exact error, Σ_i α² v / (α² v + σ²) / K")
    func closedForm() throws {
        let model = LinearModel(componentCount: 3)
        let schedule = ConstantSchedule(componentCount: 3, level: 0.7)
        let state = try schedule.state(at: 0)
        var expected = 0.0
        for (index, variance) in variances.enumerated() {
            let total = state.marginalVariance(index, clean: Double(variance))
            model.weights[index] = Float(state.sigma[index] / total)
            expected += (total - state.sigma[index] * state.sigma[index]) / total / 3
        }
        let count = 20_000
        let loss = ValidationLoss(
            data(count, seed: 5), schedule: schedule, condition: nil, batchSize: 64, seed: 1)
        let found = try loss.measure(model)
        // A squared normal has twice its variance squared; looks at one sample share the data, so count the samples alone.
        let error = expected * (2.0 / Double(3 * count)).squareRoot()
        #expect(abs(found - expected) < 4 * error, "seed 5: \(found), exactly \(expected) ± \(error)")
        #expect(try loss.measure(model) == found, "it is the same whenever it is measured")
        let another = ValidationLoss(data(count, seed: 5), schedule: schedule, condition: nil, batchSize: 7, seed: 1)
        #expect(abs(try another.measure(model) - found) < 1e-9, "and in any batches")
    }

    @Test("It is measured wherever a checkpoint is due, and falls while the model learns")
    func falls() throws {
        let notes = Notes()
        let options = try TrainingOptions.of([
            "steps": .integer(150), "batch": .integer(64), "learningRate": .number(0.01), "warmup": .integer(10),
            "checkpointEvery": .integer(50),
        ])
        var trainer = try Trainer(
            LinearModel(componentCount: 3), schedule: ConstantSchedule(componentCount: 3), samples: data(500, seed: 1),
            validation: data(100, seed: 2), options: options, seed: 1)
        _ = try trainer.run(observer: notes)
        #expect(notes.validation.map(\.step) == [50, 100, 150])
        #expect(notes.validation[2].loss < notes.validation[0].loss)
    }
}
