import Foundation
import GUDCore
import GUDTraining
import TestSupport
import Testing

@testable import GUDPipeline

@Suite("Plans of sweeps")
struct SweepPlanTests {
    private let registry: Registry
    private let directory: TemporaryDirectory

    init() throws {
        registry = try .builtIn()
        directory = try TemporaryDirectory()
    }

    private func file(
        _ name: String, _ text: String = "data: digits\nschedule: linear\ndenoiser: unet\nsampler: ddim\n"
    ) throws -> String {
        try text.write(toFile: directory.file(name), atomically: true, encoding: .utf8)
        return directory.file(name)
    }

    @Test("Members are all combinations, seeds fastest, with names that say what differs")
    func product() throws {
        let plan = try SweepPlan(
            [try file("digits.yaml")], overrides: ["training.steps=7"],
            axes: [
                SweepAxis("basis=pixel,{name: pca, whiten: data}"), SweepAxis("denoiser.multipliers=[[1, 2], [1]]"),
                SweepAxis("schedule.gammaMax=4,5.5"),
            ], seeds: [3, 4], registry: registry)
        #expect(plan.members.count == 16)
        #expect(plan.members[0].name == "digits,basis=pixel,multipliers=1x2,gammaMax=4,seed=3")
        #expect(plan.members[1].name == "digits,basis=pixel,multipliers=1x2,gammaMax=4,seed=4")
        #expect(plan.members[1].group == "digits,basis=pixel,multipliers=1x2,gammaMax=4")
        let last = plan.members[15]
        #expect(last.name == "digits,basis=pca+whiten-data,multipliers=1,gammaMax=5.5,seed=4")
        #expect(last.configuration.basis == .init("pca", ["whiten": .string("data")]))
        #expect(last.configuration.schedule.parameters["gammaMax"] == .number(5.5))
        #expect(last.configuration.seed == 4)
        #expect(try last.configuration.training().stepCount == 7)
    }

    @Test("Files of one name are told apart by their folder, and keys that end alike by the whole key")
    func ambiguity() throws {
        try AtomicFile.makeDirectory(directory.file("a"))
        try AtomicFile.makeDirectory(directory.file("b"))
        let files = try SweepPlan([try file("a/x.yaml"), try file("b/x.yaml")], registry: registry)
        #expect(files.members.map(\.name) == ["a-x", "b-x"])
        let keys = try SweepPlan(
            [try file("c.yaml")],
            axes: [SweepAxis("basis.name=dct"), SweepAxis("sampler.steps=5"), SweepAxis("training.steps=9")],
            registry: registry)
        #expect(keys.members.map(\.name) == ["c,basis=dct,sampler.steps=5,training.steps=9"])
    }

    @Test(
        "What cannot be planned is refused before anything runs",
        arguments: [
            (
                ["basis"], [],
                "--vary basis: write path.to.key=value,value; for example --vary schedule.softness=0.5,2,.inf"
            ),
            (["basis="], [], "--vary basis=: there are no values; for example --vary schedule.softness=0.5,2,.inf"),
            (
                ["seed=1", "seed=2"], [],
                "--vary seed: the key is varied twice; give all values at once; for example --vary schedule.softness=0.5,2,.inf"
            ),
            (
                ["basis=dct,dct"], [],
                "two members are called d,basis=dct: give every configuration, value and seed once"
            ),
            ([], [1, 1], "two members are called d,seed=1: give every configuration, value and seed once"),
            (
                ["basis=dct,pcx"], [],
                "member d,basis=pcx: there is no basis named 'pcx'; did you mean 'pca'? known: color, compose, dct, fourier, haar, pca, pixel"
            ),
        ] as [([String], [Int], String)])
    func refused(axes: [String], seeds: [Int], message: String) throws {
        let path = try file("d.yaml")
        let error = try #require(throws: SweepError.self) {
            _ = try SweepPlan([path], axes: axes.map { try SweepAxis($0) }, seeds: seeds, registry: registry)
        }
        #expect(error.description == message)
        #expect(error.blame == .request)
    }

    @Test("Names hold nothing that a file system or a shell would take amiss")
    func names() {
        #expect(SweepAxis.label(.string("../a b/c'*?é")) == ".._a_b_c____")
        #expect(SweepAxis.label(.number(.infinity)) == "inf")
        #expect(SweepAxis.label(.table(["name": .string("soft"), "softness": .number(0.5)])) == "soft+softness-0.5")
    }
}
