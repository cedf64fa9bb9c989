import Foundation
import GUDCore
import GUDNeural
import GUDPipeline
import GUDSampling
import GUDTraining
import TestSupport
import Testing

/// What is said where a network is asked beyond its training, and training with held parts from a configuration.
@Suite("Beyond training", .enabled(if: (try? TensorEngine.shared()) != nil, "run 'make setup'"))
struct TrainingCaveatTests {
    private let registry: Registry

    init() throws { registry = try .builtIn() }

    private func train(
        _ sections: String, in directory: RunDirectory, steps: Int = 1, resumes: Bool = false
    ) throws -> TrainingRun {
        let configuration = try Configuration(
            yaml: "data: digits\n" + sections, overrides: ["training.steps=\(steps)"], registry: registry)
        let run = try TrainingRun(
            configuration, in: directory, resumes: resumes, registry: registry, progress: SilentProgress())
        #expect(try run.run() == .finished(step: steps))
        return run
    }

    private func caveats(_ run: RunDirectory, _ overrides: [String] = [], holds: Bool = false) throws -> [String] {
        let pipeline = try run.load(overrides: overrides, registry: registry).pipeline
        let left = pipeline.space.basis.labels(.column)?.map { $0 < 4 ? PinnedSchedule.Pin.clean : .free }
        return try pipeline.trainingCaveats(pins: holds ? left : nil)
    }

    private static let small = "{channels: 8, multipliers: [1], name: unet, conditioning: "

    @Test("A schedule that the network has not seen, and components held without training")
    func caveats() throws {
        let directory = try TemporaryDirectory()
        let (timed, mapped, family) = (
            RunDirectory(directory.file("time")), RunDirectory(directory.file("map")),
            RunDirectory(directory.file("family"))
        )
        let training = "training: {batch: 2, sampleEvery: 0, steps: 1"
        _ = try train("schedule: {name: soft, softness: 1}\ndenoiser: \(Self.small)time}\n\(training)}", in: timed)
        _ = try train("schedule: {name: soft, softness: 1}\ndenoiser: \(Self.small)map}\n\(training)}", in: mapped)
        _ = try train(
            "schedule: {name: family, softnessMin: 0.5, orders: [variance, row]}\ndenoiser: \(Self.small)tokens}\n"
                + "\(training), given: {probability: 0.3}}", in: family)

        for run in [timed, mapped, family] { #expect(try caveats(run).isEmpty) }
        #expect(try caveats(mapped, ["schedule.softness=1.0"]).isEmpty)
        #expect(
            try caveats(mapped, ["schedule.softness=2"])
                == ["the schedule is another one than the run was trained with; expect worse results"])
        #expect(
            try caveats(timed, ["schedule=vp"])
                == [
                    "the schedule is another one than the run was trained with; the network knows the time alone, and takes "
                        + "γ to be what it was in training"
                ])
        for override in ["schedule.softness=.inf", "schedule.softness=0.5", "schedule.order=row"] {
            #expect(try caveats(family, [override]).isEmpty, "\(override)")
        }
        #expect(try caveats(family, ["schedule={name: soft, softness: 0.7, order: row}"]).isEmpty)
        for override in ["schedule.softness=0.4", "schedule.order=column", "schedule={name: soft, gammaNoise: 6}"] {
            #expect(
                try caveats(family, [override])
                    == [
                        "the schedule is outside what the run was trained with, softness 0.5 to ∞ by variance, softness 0.5 to "
                            + "∞ by row; expect worse results"
                    ], "\(override)")
        }
        #expect(try caveats(family, holds: true).isEmpty)
        #expect(try caveats(mapped, holds: true).map { $0.hasSuffix("training.given.probability=0.5") } == [true])
        #expect(
            try caveats(timed, holds: true).map { $0.hasPrefix("components are held, but the network knows") } == [true]
        )
    }

    @Test("Parts that training did not hold, in windows of an extension too, and whatever an override says of training")
    func parts() throws {
        let directory = try TemporaryDirectory()
        let sections = "denoiser: \(Self.small)map}\ntraining: {batch: 2, sampleEvery: 0, steps: 1"
        let (columns, free) = (RunDirectory(directory.file("columns")), RunDirectory(directory.file("free")))
        _ = try train(sections + ", given: {sets: [columns], absent: 0}}", in: columns)
        _ = try train(sections + "}", in: free)
        let trained = try columns.load(registry: registry).pipeline
        func pins(_ pin: PinnedSchedule.Pin, _ isHeld: (Int) -> Bool) -> [PinnedSchedule.Pin] {
            (0..<64).map { isHeld($0) ? pin : .free }
        }
        #expect(try trained.trainingCaveats(pins: pins(.clean) { $0 % 8 < 3 }).isEmpty)
        #expect(
            try trained.trainingCaveats(pins: pins(.clean) { $0 < 24 })
                == [
                    "the components that are held are none of the sets that the network was trained with (columns); expect worse "
                        + "results"
                ])
        #expect(
            try trained.trainingCaveats(pins: pins(.noise) { $0 % 8 < 3 }).map {
                $0.contains("training.given.absent=0")
            }
                == [true])
        let request = ConditionRequest()
        #expect(try trained.trainingCaveats(of: request, extending: ExtensionPlan(.columns)).isEmpty)
        #expect(try trained.trainingCaveats(of: request, extending: ExtensionPlan(.rows)).count == 1)
        #expect(
            try trained.trainingCaveats(of: request, extending: ExtensionPlan(.rows, until: .windows(1))).isEmpty)
        let overridden = try free.load(overrides: ["training.given.probability=0.5"], registry: registry).pipeline
        #expect(
            try overridden.trainingCaveats(of: request, extending: ExtensionPlan(.columns)).map {
                $0.contains("was trained without")
            } == [true])
    }

    @Test("A class-conditional model that never saw samples without a class, or never with one")
    func classes() throws {
        let directory = try TemporaryDirectory()
        for (dropProbability, silent, word) in [(0.0, Pipeline.ClassUse.with, "nonsense"), (1, .without, "ignored")] {
            let run = RunDirectory(directory.file("\(dropProbability)"))
            _ = try train(
                "denoiser: \(Self.small)time}\nconditioner: {name: class, dropProbability: \(dropProbability)}\n"
                    + "training: {batch: 2, sampleEvery: 0, steps: 1}", in: run)
            // An override does not change what was trained.
            let pipeline = try run.load(overrides: ["conditioner.dropProbability=0.5"], registry: registry).pipeline
            #expect(try pipeline.trainingCaveats(classes: [silent]).isEmpty)
            #expect(try pipeline.trainingCaveats(classes: [.with, .without]).map { $0.contains(word) } == [true])
            #expect(
                try pipeline.trainingCaveats(of: ConditionRequest(classIndex: 3, guidance: 2)).map { $0.contains(word) }
                    == [true])
        }
    }

    @Test(
        "Another basis or denoiser than the trained one is refused; where their plugins run, and the rest, may change")
    func replaced() throws {
        let directory = try TemporaryDirectory()
        let run = RunDirectory(directory.file("run"))
        _ = try train("denoiser: \(Self.small)time}\ntraining: {batch: 2, sampleEvery: 0, steps: 1}", in: run)
        for (override, key) in [
            ("basis=haar", "basis.name: the run has pixel, asked for is haar"),
            ("basis.whiten=data", "basis.whiten: the run has none, asked for is data"),
            ("basis.varianceFloor=0.5", "basis.varianceFloor"), ("denoiser.heads=2", "denoiser.heads"),
        ] {
            let error = #expect(throws: CheckpointError.self) {
                _ = try run.load(overrides: [override], registry: registry)
            }
            #expect(error?.description.contains(key) == true && error?.blame == .request, "\(override)")
        }
        _ = try run.load(overrides: ["basis=pixel", "schedule=cosine", "sampler=ddim", "seed=3"], registry: registry)
    }

    @Test("An exact denoiser is right under any schedule, and given anything")
    func exact() throws {
        let directory = try TemporaryDirectory()
        let configuration = try Configuration(yaml: "{data: digits, denoiser: gaussian}", registry: registry)
        let run = RunDirectory(directory.file("run"))
        _ = try TrainingRun(configuration, in: run, registry: registry, progress: SilentProgress()).run()
        #expect(try caveats(run, ["schedule=cosine"], holds: true).isEmpty)
    }

    @Test("Held parts need a network that is told, and are refused with the remedy else")
    func refused() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: ParameterError.self) {
            _ = try train(
                "denoiser: \(Self.small)time}\ntraining: {given: {probability: 0.5}}",
                in: RunDirectory(directory.file("run")))
        }
        #expect(
            error?.description
                == "training.given: {probability: 0.5} needs a denoiser that is told what is held; set denoiser.conditioning to "
                + "map or tokens")
    }

    @Test("Classes, given parts and a family of schedules train together, and resume bit for bit")
    func together() throws {
        let directory = try TemporaryDirectory()
        let sections = """
            basis: haar
            schedule: {name: family, orders: [variance, level, [{level: 1}, {column: 0.2}]]}
            denoiser: \(Self.small)tokens, tokens: 9}
            conditioner: class
            training: {batch: 8, sampleEvery: 0, validation: 0.02, checkpointEvery: 3, given: {sets: [level, block, random]}}
            """
        let (whole, parts) = (RunDirectory(directory.file("whole")), RunDirectory(directory.file("parts")))
        _ = try train(sections, in: whole, steps: 6)
        _ = try train(sections, in: parts, steps: 3)
        _ = try train(sections, in: parts, steps: 6, resumes: true)
        let ends = try [whole, parts].map { try $0.latestCheckpoint().checkpoint.arrays.entries }
        #expect(ends[0] == ends[1])
        #expect(try String(contentsOfFile: parts.configurationPath, encoding: .utf8).contains("absent: 0.2"))
        #expect(throws: CheckpointError.self) {
            _ = try train(
                sections.replacing("given: {", with: "given: {absent: 0.3, "), in: parts, steps: 9, resumes: true)
        }
    }
}
