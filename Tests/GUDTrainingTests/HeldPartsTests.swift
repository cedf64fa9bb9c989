import GUDBases
import GUDCore
import Testing

@testable import GUDTraining

/// Training with a part of the sample held: which parts, how often, and what becomes of them.
@Suite("Held parts")
struct HeldPartsTests {
    private static let image = SampleShape.image(height: 4, width: 8, channels: 1)

    private func space(
        _ basis: String, _ shape: SampleShape = image, variances: [Double]? = nil
    ) throws -> ComponentSpace {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let factory = try registry.factory(.basis, named: basis)
        let made = try factory.make(
            factory.descriptor.schema.resolve([:], at: "basis"), BasisContext(shape: shape, registry: registry))
        let count = made.componentCount
        return try ComponentSpace(
            basis: made, mean: [Float](repeating: 0, count: shape.dimension),
            scale: [Float](repeating: 1, count: count),
            variances: variances ?? (0..<count).map { 1 / Double(1 + $0) })
    }

    private func draws(_ kind: ComponentSetKind, _ space: ComponentSpace, count: Int = 60) throws -> [[Bool]] {
        let sets = try ComponentSets([kind], space: space)
        let noise = CounterNoise(seed: 3, purpose: .checking)
        return try (0..<count).map { try #require(sets.draw(noise, sample: $0, step: 1, rank: 0)) }
    }

    /// The components that see nothing outside a region: those that do not change when everything outside does.
    private func determined(_ space: ComponentSpace, _ isInside: (Int, Int) -> Bool) throws -> [Bool] {
        let outside = CounterNoise(seed: 8, purpose: .checking).normals(samples: 0..<1, count: 32).enumerated()
            .map { isInside($0.offset / 8, $0.offset % 8) ? 0 : $0.element }
        return try space.basis.forward(outside).map { abs($0) < 1e-6 }
    }

    @Test("Columns, rows and rectangles hold what such a region of the image determines", arguments: ["pixel", "haar"])
    func regions(basis: String) throws {
        let space = try space(basis)
        var columns: Set<[Bool]> = [], rows: Set<[Bool]> = [], blocks: Set<[Bool]> = []
        for cut in 1..<8 {
            columns.insert(try determined(space) { $1 < cut })
            columns.insert(try determined(space) { $1 >= cut })
        }
        for cut in 1..<4 {
            rows.insert(try determined(space) { row, _ in row < cut })
            rows.insert(try determined(space) { row, _ in row >= cut })
        }
        for (top, left) in (0..<4).flatMap({ top in (0..<8).map { (top, $0) } }) {
            for (bottom, right) in (top..<4).flatMap({ bottom in (left..<8).map { (bottom, $0) } }) {
                func isInside(_ row: Int, _ column: Int) -> Bool {
                    (top...bottom).contains(row) && (left...right).contains(column)
                }
                blocks.insert(try determined(space, isInside))
                blocks.insert(try determined(space) { !isInside($0, $1) })
            }
        }
        for (kind, expected) in [(ComponentSetKind.columns, columns), (.rows, rows), (.block, blocks)] {
            let drawn = try draws(kind, space)
            #expect(drawn.allSatisfy(expected.contains), "seed 3: \(kind)")
            #expect(drawn.allSatisfy { $0.contains(true) && $0.contains(false) })
            // Every proper set of few comes up sooner or later.
            if kind != .block {
                let proper = expected.filter { $0.contains(true) && $0.contains(false) }
                #expect(Set(try draws(kind, space, count: 300)) == proper, "seed 3: \(kind)")
            }
            // What may be drawn is known again, and told from the sets of other kinds.
            let sets = try ComponentSets([kind], space: space)
            for set in columns.union(rows).union(blocks) where set.contains(true) && set.contains(false) {
                #expect(sets.cover(set) == expected.contains(set), "\(kind): \(set)")
            }
            for set in try draws(.random, space) { #expect(sets.cover(set) == expected.contains(set), "\(kind)") }
        }
    }

    @Test("Levels, frequencies and variances are held from the coarse, low or large end")
    func prefixes() throws {
        for (kind, basis, labels) in [
            (ComponentSetKind.level, "haar", { $0.basis.labels(.level) }),
            (.frequency, "dct", { $0.basis.labels(.frequency) }),
            (.variance, "dct", { $0.variances.map { -$0 } }),
        ] as [(ComponentSetKind, String, (ComponentSpace) -> [Double]?)] {
            let space = try space(basis)
            let labels = try #require(labels(space))
            var sizes: Set<Int> = []
            for set in try draws(kind, space, count: 400) {
                let held = set.indices.filter { set[$0] }.map { labels[$0] }
                let free = set.indices.filter { !set[$0] }.map { labels[$0] }
                #expect(try #require(held.max()) < #require(free.min()))
                sizes.insert(held.count)
            }
            #expect(sizes.count == Set(labels).count - 1, "seed 3: \(kind) has \(sizes.count) sizes")
            // Left out is the other end: the fine levels, so that the coarse ones are learned alone.
            let parts = try HeldParts(
                GivenTrainingOptions(probability: 1, absentShare: 1, sets: [kind]), space: space, seed: 3)
            for sample in 0..<200 {
                let roles = try #require(parts.roles(.trainingSets, sample: sample, step: 0))
                func labelled(_ role: HeldParts.Role) -> [Double] {
                    roles.indices.filter { roles[$0] == role }.map { labels[$0] }
                }
                #expect(try #require(labelled(.absent).min()) > #require(labelled(.free).max()))
                if let given = labelled(.given).max() { #expect(try given < #require(labelled(.free).min())) }
                #expect(parts.sets.cover(roles.map { $0 == .absent }, isAbsent: true))
                #expect(!parts.sets.cover(roles.map { $0 == .absent }))
            }
        }
    }

    @Test("A basis has the sets that it can express, and others are refused by name")
    func expressible() throws {
        func names(_ basis: String, _ shape: SampleShape = Self.image) throws -> [String] {
            try ComponentSets(nil, space: space(basis, shape)).kinds.map(\.rawValue)
        }
        #expect(try names("pixel") == ["random", "columns", "rows", "block"])
        #expect(try names("haar") == ["random", "columns", "rows", "block", "level"])
        #expect(try names("fourier") == ["random", "frequency"])
        #expect(try names("pixel", .vector(5)) == ["random", "columns"])
        let message = #expect(throws: ParameterError.self) {
            _ = try ComponentSets([.random, .columns], space: space("dct"))
        }
        #expect(
            message?.description
                == "training.given.sets: [random, columns] has 'columns', which this basis cannot express; it has random, "
                + "frequency, variance")
        #expect(throws: ParameterError.self) { _ = try ComponentSets([], space: space("pixel")) }
    }

    @Test("Parts are given and absent as often as asked, and are a function of seed, purpose, sample and step")
    func shares() throws {
        let options = GivenTrainingOptions(probability: 0.6, absentShare: 0.3, sets: [.random, .columns])
        let parts = try HeldParts(options, space: space("pixel"), seed: 11)
        var (held, absent, both) = (0, 0, 0)
        for sample in 0..<4000 {
            guard let roles = parts.roles(.trainingSets, sample: sample, step: 2) else { continue }
            #expect(roles.contains(.free) && roles.contains { $0 != .free })
            held += 1
            if roles.contains(.absent) {
                absent += 1
                if roles.contains(.given) { both += 1 }
            }
        }
        // Five standard errors; a random subset of hardly any share may be empty eight times over, which counts as none.
        #expect(abs(held - 2400) < 160, "seed 11: \(held)")
        #expect(abs(Double(absent) - 0.3 * Double(held)) < 5 * (0.21 * Double(held)).squareRoot(), "seed 11: \(absent)")
        #expect(both > absent / 4 && both < absent / 2 + 100, "seed 11: \(both) of \(absent)")
        let again = try HeldParts(options, space: space("pixel"), seed: 11)
        func all(_ parts: HeldParts, _ purpose: CounterNoise.Purpose, _ step: Int) -> [[HeldParts.Role]?] {
            (0..<50).map { parts.roles(purpose, sample: $0, step: step) }
        }
        #expect(all(parts, .trainingSets, 5) == all(again, .trainingSets, 5))
        #expect(all(parts, .trainingSets, 5) != all(parts, .trainingSets, 6))
        #expect(all(parts, .trainingSets, 5) != all(parts, .validationSets, 5))
    }

    @Test("What is held has γ of one of the ends and rate 0, is noised so, and does not count")
    func batches() throws {
        let count = 32
        let clean = CounterNoise(seed: 1, purpose: .synthesis).normals(samples: 0..<40, count: count)
        let schedule = Ramp(componentCount: count)
        let parts = try HeldParts(
            GivenTrainingOptions(probability: 0.7, absentShare: 0.5), space: space("pixel"), seed: 4)
        func source(_ parts: HeldParts?) -> BatchSource {
            BatchSource(
                TrainingSamples(clean, componentCount: count), batchSize: 40, schedule: schedule, condition: nil,
                parts: parts, seed: 4)
        }
        var (plain, holding) = (source(nil), source(parts))
        let (before, after) = (try plain.batch(step: 1), try holding.batch(step: 1))
        #expect(before.excluded == nil)
        #expect(before.noise == after.noise, "the noise is that of training without")
        let excluded = try #require(after.excluded)
        var ends: Set<Double> = []
        for place in excluded.indices {
            let (row, component) = (place / count, place % count)
            let (old, new) = (before.states[row], after.states[row])
            if excluded[place] {
                #expect(new.gammaRate[component] == 0)
                ends.insert(new.gamma[component] - schedule.offset(component))
            } else {
                #expect(new.gamma[component] == old.gamma[component] && new.gammaRate[component] == 10)
                #expect(before.noised[place] == after.noised[place])
            }
            // The noise that was added explains what is noised, at the held γ too.
            let signal =
                (before.noised[place] - Float(old.sigma[component]) * before.noise[place])
                / Float(old.alpha[component])
            let expected = Float(new.alpha[component]) * signal + Float(new.sigma[component]) * after.noise[place]
            #expect(abs(after.noised[place] - expected) < 1e-3)
        }
        #expect(ends.sorted() == [-5, 5])
        var resumed = source(parts)
        #expect(try resumed.batch(step: 1).noised == after.noised)
        _ = try holding.batch(step: 2)
        #expect(try resumed.batch(step: 3).excluded == holding.batch(step: 3).excluded)
    }

    @Test("The validation loss is the mean error of what is not held")
    func validation() throws {
        let space = try space("pixel", .vector(2), variances: [4, 1])
        let schedule = ConstantSchedule(componentCount: 2, level: 0.3)
        let model = LinearModel(componentCount: 2)
        let state = try schedule.state(at: 0)
        // The larger component is always held: its estimate may be as wrong as it likes.
        model.weights = [100, Float(state.sigma[1])]
        let parts = try HeldParts(
            GivenTrainingOptions(probability: 1, absentShare: 0, sets: [.variance]), space: space, seed: 2)
        var values = CounterNoise(seed: 6, purpose: .synthesis).normals(samples: 0..<20_000, count: 2)
        for place in stride(from: 0, to: values.count, by: 2) { values[place] *= 2 }
        let loss = try ValidationLoss(
            TrainingSamples(values, componentCount: 2), schedule: schedule, condition: nil, parts: parts, batchSize: 64,
            seed: 2
        ).measure(model)
        let exact = state.alpha[1] * state.alpha[1]
        #expect(abs(loss - exact) < 5 * exact * (2.0 / 20_000).squareRoot(), "seed 6: \(loss), exactly \(exact)")
    }

    @Test("Training learns what counts, and resumed it gives what it would have given")
    func resumes() throws {
        let space = try space("pixel", .vector(3), variances: [4, 1, 0.25])
        let values = CounterNoise(seed: 12, purpose: .synthesis).normals(samples: 0..<100, count: 3)
        let options = try TrainingOptions.of([
            "steps": .integer(40), "batch": .integer(8),
            "given": .table(["probability": .number(0.8), "sets": .list([.string("variance")])]),
        ])
        func trainer(_ model: LinearModel) throws -> Trainer {
            try Trainer(
                model, schedule: ConstantSchedule(componentCount: 3),
                samples: TrainingSamples(values, componentCount: 3),
                parts: HeldParts(try #require(options.given), space: space, seed: 9), options: options, seed: 9)
        }
        let (whole, broken) = (LinearModel(componentCount: 3), LinearModel(componentCount: 3))
        let notes = Notes()
        var (first, second, uninterrupted) = (try trainer(broken), try trainer(broken), try trainer(whole))
        _ = try uninterrupted.run(observer: Notes())
        _ = try first.run(observer: notes, shouldStop: { notes.losses.count == 13 })
        _ = try second.run(after: 13, observer: Notes())
        #expect(broken.weights == whole.weights)
    }

    @Test("The table in a configuration is checked like everything else, and written out with its defaults")
    func options() throws {
        func message(_ given: ParameterValue) -> String {
            do {
                _ = try TrainingOptions.of(["given": given])
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(message(.number(0.5)) == "training.given: '0.5' is not a table, or null")
        #expect(
            message(.table(["probabilty": .number(0.5)]))
                == "training.given.probabilty: unknown key; did you mean 'probability'? known keys: probability, absent, sets"
        )
        #expect(
            message(.table(["probability": .number(1.5)]))
                == "training.given.probability: 1.5 is out of range; allowed: 0 to 1")
        #expect(
            message(.table(["sets": .list([.string("ring")])])).hasPrefix("training.given.sets: '[ring]' is not a list")
        )
        #expect(try TrainingOptions.of([:]).given == nil)
        let resolved = try TrainingOptions.resolve(["given": .table(["absent": .number(0)])]).values["given"]
        #expect(resolved == .table(["probability": .number(0.5), "absent": .number(0)]))
    }
}

/// γ rises by 10 in every component, each from a place of its own.
private struct Ramp: NoiseSchedule {
    let componentCount: Int
    func offset(_ component: Int) -> Double { Double(component) / 64 }
    func gamma(at time: Double, into gamma: inout MutableSpan<Double>) throws(ScheduleError) {
        for index in gamma.indices { gamma[index] = offset(index) - 5 + 10 * time }
    }
    func gammaRate(at time: Double, into rate: inout MutableSpan<Double>) throws(ScheduleError) {
        for index in rate.indices { rate[index] = 10 }
    }
}
