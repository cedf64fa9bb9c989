import Foundation
import TestSupport
import Testing

@Suite("Guidance on the command line")
struct GuidanceCommandTests {
    /// A class-conditional run, hardly trained, in a directory that goes with the test.
    private func run(_ changes: [String: String] = [:]) throws -> (directory: TemporaryDirectory, path: String) {
        let (directory, path) = try Program.configuration(
            ["conditioner": "{name: class}", "basis": "haar", "data": "{name: digits, split: random}"].merging(changes)
            {
                $1
            })
        let result = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(result.status == 0, "\(result.errors)")
        return (directory, directory.file("run"))
    }

    private func json(_ arguments: [String]) throws -> [String: Any] {
        let result = try Program.run(arguments + ["--json"])
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    @Test("gud sample guides by scale, interval and components, and another sampler keeps what it knows of the run's")
    func sample() throws {
        let (directory, path) = try run(["sampler": "{name: ddim, steps: 3, anchored: false, placement: snr}"])
        func samples(_ name: String, _ options: [String]) throws -> (bytes: Data, errors: String) {
            let file = directory.file(name + ".npy")
            let result = try Program.run(["sample", path, "-n", "2", "--class", "3", "-o", file] + options)
            #expect(result.status == 0, "\(options): \(result.errors)")
            return (try Data(contentsOf: URL(fileURLWithPath: file)), result.errors)
        }
        let plain = try samples("plain", [])
        let guided = try samples("guided", ["--guidance", "3"])
        let early = try samples("early", ["--guidance", "3", "--guidance-interval", "0.5,1"])
        let missed = try samples(
            "missed", ["--guidance", "3", "--guidance-interval", "0.4,0.45", "--placement", "time"])
        #expect(missed.errors.contains("no step begins in the guidance interval from 0.4 to 0.45"), "\(missed.errors)")
        #expect(early.errors.isEmpty && guided.errors.isEmpty, "\(early.errors)\(guided.errors)")
        let coarse = try samples("coarse", ["--guidance", "3", "--guide", "level:0,1", "--guide", "level:2=0.5"])
        #expect(Set([plain.bytes, guided.bytes, early.bytes, coarse.bytes]).count == 4)
        #expect(try samples("all", ["--guidance", "3", "--guide", "level:0-3"]).bytes == guided.bytes)
        #expect(try samples("none", ["--guidance", "3", "--guide", "level:0-3=0"]).bytes == plain.bytes)

        let heun = try samples("heun", ["--sampler", "heun"])
        #expect(heun.errors == "heun keeps of the run's sampler: anchored false, placement snr, steps 3\n")
        #expect(
            try samples("same", ["--sampler", "{name: heun, steps: 3, anchored: false, placement: snr}"]).bytes
                == heun.bytes)
        #expect(try samples("placed", ["--placement", "optimised"]).bytes != plain.bytes)
        #expect(try samples("again", ["--sampler", "ddim"]).bytes == plain.bytes)
        let listed = ["--set", "sampler.times=[1, 0.5, 0]"]
        let two = try samples("two", listed)
        let three = try samples("three", listed + ["--steps", "3"])
        #expect(two.bytes != plain.bytes && three.bytes == plain.bytes)
    }

    @Test("What cannot be guided is a mistake that says what to do")
    func mistakes() throws {
        let (directory, path) = try run()
        let (other, free) = try run(["conditioner": "none"])
        let mistakes: [(String, [String], String)] = [
            (
                path, ["--guidance", "3"],
                "guidance 3.0 was asked for, but there is no condition to follow; name a class"
            ),
            (
                free, ["--class", "2", "--guidance", "3"],
                "the model is unconditional; train it with 'conditioner: class'"
            ),
            (path, ["--class", "10", "--guidance", "3"], "class 10 does not exist; the model knows 0 to 9"),
            (
                path, ["--class", "1", "--guidance", "3", "--guide", "frequency:0"],
                "it has level, row, column, component"
            ),
            (path, ["--class", "1", "--guidance", "3", "--guide", "level:7"], "its labels are 0, 1, 2, 3"),
            (path, ["--class", "1", "--guidance", "3", "--guide", "levels:0"], "did you mean 'level'?"),
            (path, ["--class", "1", "--guidance", "3", "--guidance-interval", "0.5,0.5"], "is empty"),
            (path, ["--class", "1", "--guidance", "3", "--guidance-interval", "0.5,2"], "is not within the process"),
            (
                path, ["--class", "1", "--guidance", "3", "--guidance-interval", "0.5"],
                "write two times, such as 0.3,0.9"
            ),
            (path, ["--class", "1", "--guide", "level:0"], "say when and where to guide; add --guidance"),
            (path, ["--placement", "best"], "'time', 'snr' or 'optimised'"),
            (path, ["--sampler", "dopri5", "--placement", "snr"], "sampler.placement: unknown key"),
        ]
        for (run, options, text) in mistakes {
            let result = try Program.run(["sample", run, "-n", "1", "-o", directory.file("x.npy")] + options)
            #expect(result.status == 2 && result.output.isEmpty, "\(options)")
            #expect(result.errors.contains(text), "\(options): \(result.errors)")
        }
        for (run, options, text) in [
            (free, ["nll", "--classes", "given"], "need a class-conditional model"),
            (free, ["evaluate", "--guidance", "2"], "the model is unconditional"),
            (path, ["evaluate", "--guidance", "1,x"], "write numbers with commas between"),
            (path, ["evaluate", "--figure", "a.svg"], "go with --guidance, such as 0,1,2,4"),
            (path, ["evaluate", "--guidance", "1", "--figure", "a.pdf"], "the file must end in .svg or .png"),
        ] {
            let result = try Program.run([options[0], run] + options.dropFirst())
            #expect(result.status == 2 && result.errors.contains(text), "\(options): \(result.errors)")
        }
        _ = other
    }

    @Test("gud nll measures with each sample's class, or over all of them as frequent as in training")
    func likelihood() throws {
        let (directory, path) = try run(["training": "{steps: 12, batch: 16, dequantise: true, sampleEvery: 0}"])
        let base = ["nll", path, "-n", "3", "--method", "elbo", "--steps", "4"]
        let (none, given) = (try json(base), try json(base + ["--classes", "given"]))
        let marginal = try json(base + ["--classes", "marginal"])
        #expect((none["recipe"] as? [String: Any])?["classes"] == nil)
        #expect((given["recipe"] as? [String: Any])?["classes"] as? String == "each sample's own")
        let recipe = try #require(marginal["recipe"] as? [String: Any])
        let priors = try #require(recipe["classes"] as? String).components(separatedBy: "= ")[1]
            .components(separatedBy: ", ").compactMap(Double.init)
        #expect(priors.count == 10 && abs(priors.reduce(0, +) - 1) < 0.01 && priors.allSatisfy { abs($0 - 0.1) < 0.02 })
        #expect(recipe["most probable class"] != nil && recipe["marginal"] != nil)
        #expect(given["evaluationsPerSample"] as? Double == 4 && marginal["evaluationsPerSample"] as? Double == 40)
        let flow = try json(
            ["nll", path, "-n", "2", "--steps", "8", "--probes", "1", "--classes", "marginal"])
        #expect((flow["bitsPerDimension"] as? Double).map { $0.isFinite } == true)
        #expect(
            ((flow["recipe"] as? [String: Any])?["marginal"] as? String)?.hasPrefix("of estimates by probes") == true)
        _ = directory
    }

    @Test("gud evaluate draws equally many of every class, and its classifier says how often it agrees")
    func evaluate() throws {
        let (directory, path) = try run()
        let extractor = directory.file("d.extractor.safetensors")
        #expect(try Program.run(["extractor", "train", path, "--steps", "40", "-o", extractor]).status == 0)
        let figure = directory.file("guidance.svg")
        let record = try json([
            "evaluate", path, "-n", "43", "--guidance", "0,1,3", "--guide", "level:0", "--guidance-interval", "0.4,1",
            "--likelihood", "none", "--figure", figure,
        ])
        let entries = try #require(record["entries"] as? [[String: Any]])
        #expect(
            entries.map { $0["name"] as? String } == [
                "ddim, 3 steps, guidance 0 from 0.4 to 1 in level:0",
                "ddim, 3 steps, guidance 1 from 0.4 to 1 in level:0",
                "ddim, 3 steps, guidance 3 from 0.4 to 1 in level:0", "training images",
            ])
        #expect(entries.map { ($0["guiding"] as? [String: Any])?["scale"] as? Double } == [0, 1, 3, nil])
        // Times 1 and 2/3 are guided, 1/3 and 0 are not.
        let costs = entries.map { ($0["sampling"] as? [String: Any])?["evaluationsPerSample"] as? Double }
        #expect(costs == [6, 4, 6, nil])
        let accuracies = entries.map {
            ($0["classAccuracies"] as? [[String: Any]])?.first?["accuracy"] as? Double ?? .nan
        }
        print("class accuracies \(accuracies)")
        #expect(accuracies.allSatisfy { (0...1).contains($0) } && accuracies[3] > 0.8)
        #expect(try String(contentsOfFile: figure, encoding: .utf8).contains("guidance scale"))
        let text = try Program.run(["evaluate", path, "-n", "20", "--guidance", "2", "--likelihood", "none"])
        #expect(text.output.contains("class accuracy") && text.output.contains("ddim, 3 steps, guidance 2"))
    }
}
