import Foundation
import TestSupport
import Testing

@Suite("gud evaluate and gud extractor")
struct EvaluateTests {
    /// A run of the Gaussian fit, in a directory that goes with the test.
    private func run(_ changes: [String: String] = [:]) throws -> (directory: TemporaryDirectory, path: String) {
        let (directory, path) = try Program.configuration(
            ["denoiser": "gaussian", "data": "{name: digits, split: random}"].merging(changes) { $1 })
        let result = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(result.status == 0, "\(result.errors)")
        return (directory, directory.file("run"))
    }

    @Test("A record is printed and kept; the classifier beside the run takes part by itself")
    func record() throws {
        let (directory, path) = try run()
        let trained = try Program.run(
            ["extractor", "train", path, "--steps", "40", "-o", directory.file("d.extractor.safetensors"), "--json"])
        #expect(trained.status == 0, "\(trained.errors)")
        let extractor = try #require(
            try JSONSerialization.jsonObject(with: Data(trained.output.utf8)) as? [String: Any])
        let info = try Program.run(["extractor", "info", directory.file("d.extractor.safetensors")]).output
        #expect(info.contains(try #require(extractor["sha256"] as? String)) && info.contains("test accuracy"))

        let result = try Program.run(
            [
                "evaluate", path, "-n", "60", "--sampler", "ddim", "--sampler", "dopri5", "--steps", "2,3",
                "--likelihood", "none", "--baselines", "--json",
            ])
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let entries = try #require(record["entries"] as? [[String: Any]])
        #expect(
            entries.map { $0["name"] as? String } == [
                "ddim, 2 steps", "ddim, 3 steps", "dopri5", "training images", "gaussian", "mixture",
            ])
        let extractors = (record["recipe"] as? [String: Any])?["extractors"] as? [[String: Any]]
        #expect(extractors?.map { $0["name"] as? String } == ["pixels", "d"])
        #expect(extractors?.last?["hash"] as? String == extractor["sha256"] as? String)
        #expect(try String(contentsOfFile: "\(path)/evaluation.json", encoding: .utf8) + "\n" == result.output)

        let text = try Program.run(["evaluate", path, "-n", "30", "--extractor", "pixels"])
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("on pixels (64 features), against 297 held-out samples of digits"))
        #expect(text.output.contains("bits/dim by elbo") && text.output.contains("dB, by frequency"))
        // 30 samples in 64 dimensions: the covariance is singular, and that is said.
        #expect(text.output.contains("warning: Fréchet on pixels: 30 samples"))
    }

    @Test("Requests that make no sense exit with 2 and say what to do")
    func mistakes() throws {
        let (directory, path) = try run()
        try "x".write(toFile: directory.file("x.onnx"), atomically: true, encoding: .utf8)
        let mistakes: [([String], String)] = [
            (["-n", "1"], "-n 1: compare at least two samples"),
            (["--steps", "5,x"], "--steps 5,x: 'x' does not fit; write positive numbers"),
            (["--sampler", "dpm++2"], "dpm++2m"),
            (["--sampler", "{name: ddim, step: 3}"], "steps"),
            (["--extractor", directory.file("x.onnx")], "is no extractor: give 'pixels'"),
            (["--likelihood-count", "0"], "measure at least one sample"),
        ]
        for (arguments, text) in mistakes {
            let result = try Program.run(["evaluate", path] + arguments)
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
        let training: [([String], Int32, String)] = [
            (["moons", "-o", directory.file("m.safetensors")], 2, "extractors take images"),
            (["digit", "-o", directory.file("m.safetensors")], 2, "digits"),
            (["digits", "-o", directory.file("m.bin")], 2, "must end in .safetensors"),
            (["digits", "-o", directory.file("no/where.safetensors"), "--steps", "1"], 2, "there is no folder"),
        ]
        for (arguments, status, text) in training {
            let result = try Program.run(["extractor", "train"] + arguments)
            #expect(result.status == status && result.errors.contains(text), "\(arguments): \(result.errors)")
        }
        let checkpoint = try FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")[0]
        let result = try Program.run(["extractor", "info", "\(path)/checkpoints/\(checkpoint)"])
        #expect(result.status == 1 && result.errors.contains("is it a checkpoint?"))
    }
}
