import Foundation
import GUDCore
import GUDNeural
import GUDPipeline
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
        try run.load(overrides: overrides, registry: registry).pipeline.trainingCaveats(holdsComponents: holds)
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
