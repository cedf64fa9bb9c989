import Foundation
import GUDCore
import GUDPipeline
import GUDTraining
import TestSupport
import Testing

@Suite("Configurations")
struct ConfigurationTests {
    private let registry: Registry

    init() throws { registry = try .builtIn() }

    private func read(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
        try Configuration(yaml: yaml, overrides: overrides, registry: registry, name: "test.yaml")
    }

    private func message(_ yaml: String, _ overrides: [String] = []) -> String {
        do {
            _ = try read(yaml, overrides)
            return "accepted"
        } catch { return "\(error)" }
    }

    @Test("What is not said takes its default")
    func defaults() throws {
        let configuration = try read("data: digits")
        #expect(configuration.basis.name == "pixel" && configuration.sampler.name == "dpm++2m")
        #expect(configuration.seed == 0)
        #expect(try configuration.training().stepCount == 4000)
    }

    @Test("A resolved configuration reads back as itself")
    func roundTrip() throws {
        let configuration = try read(
            """
            data: {name: npy, train: "no", shape: [8, 8, 1]}
            basis: {name: compose, of: [color, {name: haar, levels: 2}], whiten: data}
            schedule: {name: soft, softness: .inf, order: [{level: 1}, {column: 0.1}]}
            training: {learningRate: 1e-4}
            seed: 7
            """)
        let text = try configuration.yaml(registry)
        let again = try read(text)
        #expect(try again.yaml(registry) == text)
        #expect(try again.resolvedTree(registry) == configuration.resolvedTree(registry))
        #expect(text.hasPrefix("data:\n"))
        guard case .table(let data)? = try again.resolvedTree(registry)["data"] else { return }
        #expect(data["train"] == .string("no"))
    }

    @Test("An override changes one key; a new name leaves the parameters of the old one behind")
    func overrides() throws {
        let text = "{data: digits, basis: {name: pca, per: channel}, schedule: {name: soft, softness: 1}}"
        #expect(try read(text, ["schedule.softness=0.2"]).schedule.parameters["softness"] == .number(0.2))
        #expect(try read(text, ["basis=haar"]).basis == Configuration.Choice("haar"))
        #expect(try read(text, ["basis={name: haar, levels: 1}"]).basis.parameters == ["levels": .integer(1)])
        #expect(try read(text, ["training.steps=5", "seed=3"]).seed == 3)
    }

    @Test("Mistakes are named with their place and the nearest known word")
    func mistakes() {
        #expect(message("seed: 1").hasPrefix("data: missing; give a table with a name"))
        #expect(message("{data: digit}").hasPrefix("there is no dataset named 'digit'; did you mean 'digits'? known: "))
        #expect(message("{data: digits, seed: x}") == "seed: 'x' is not a whole number")
        #expect(message("{data: digits, seed: -1}") == "seed: -1 is out of range; allowed: 0 or more")
        #expect(
            message("{data: digits, basis: {whiten: data}}")
                == "basis.name: missing; give a name (see 'gud list' for what there is)")
        #expect(message("{data: digits, basis: [pca]}") == "basis: '[pca]' is not a name, or a table with a name")
        #expect(
            message("{data: digits, basis: {name: pca, whiten: yes please}}")
                == "basis.whiten: 'yes please' is not one of none, data")
        #expect(
            message("{data: digits}", ["training.stepz=1"]).hasPrefix(
                "training.stepz: unknown key; did you mean 'steps'?"))
        #expect(message("data: [", []).hasPrefix("test.yaml: not a configuration: "))
        #expect(message("- a\n- b") == "test.yaml: not a configuration: the top level must be a table of sections")
    }
}
