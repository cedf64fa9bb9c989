import Foundation
import TestSupport
import Testing

@Suite("gud nll")
struct LikelihoodTests {
    /// A run of the Gaussian fit in a basis, in a directory that goes with the test.
    private func run(_ changes: [String: String] = [:]) throws -> (directory: TemporaryDirectory, path: String) {
        let (directory, path) = try Program.configuration(
            [
                "basis": "haar", "denoiser": "gaussian",
                "schedule": "{name: linear, gammaMin: -6.6, gammaMax: 12}",
            ].merging(changes) { $1 })
        let result = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(result.status == 0, "\(result.errors)")
        return (directory, directory.file("run"))
    }

    private func json(_ arguments: [String]) throws -> [String: Any] {
        let result = try Program.run(arguments + ["--json"])
        #expect(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    @Test("ode and elbo report bits per dimension with their recipe, and parts that sum to them")
    func report() throws {
        let (directory, path) = try run()
        let flow = try json(["nll", path, "-n", "6", "--probes", "exact", "--by", "level"])
        let bits = try #require(flow["bitsPerDimension"] as? Double)
        #expect(bits > 2 && bits < 3.5)
        #expect(flow["method"] as? String == "ode")
        #expect(flow["count"] as? Int == 6)
        #expect(flow["binWidth"] as? Double == 0.125)
        #expect(flow["dequantisation"] as? String == "uniform")
        let parts = try #require(flow["parts"] as? [[String: Any]])
        #expect(parts.map { $0["components"] as? Int } == [1, 3, 12, 48])
        #expect((parts.reduce(0) { $0 + ($1["bits"] as? Double ?? .nan) } / 64 - bits).magnitude < 1e-4)

        // The same seed gives the same dequantisation; the bound is not below the density by more than its noise.
        let again = try json(["nll", path, "-n", "6", "--steps", "100"])
        #expect((try #require(again["bitsPerDimension"] as? Double) - bits).magnitude < 1e-3)
        let bound = try json(["nll", path, "-n", "40", "--method", "elbo", "--steps", "8"])
        #expect(bound["method"] as? String == "elbo")
        #expect(bound["evaluationsPerSample"] as? Double == 8)
        #expect((try #require(bound["bitsPerDimension"] as? Double) - 3).magnitude < 0.4)

        let text = try Program.run(["nll", path, "-n", "3", "--dequantisation", "truncated-normal"]).output
        #expect(text.contains(" bits/dim\n") && text.contains("17 levels in [-1, 1], bin width 0.125"))
        #expect(text.contains("truncated-normal, one draw per sample"))
        _ = directory
    }

    @Test("A density of dequantised data is warned about where the model has not seen such data")
    func warning() throws {
        let warning =
            "warning: the run has not seen dequantised data, so their density may be far too low; train with "
            + "training.dequantise=true, or measure with --method elbo --dequantisation discrete\n"
        let (directory, path) = try run()
        let (other, dequantised) = try run(["training": "{dequantise: true}"])
        for (path, arguments, isWarned) in [
            (path, [], true), (path, ["--method", "elbo"], true),
            (path, ["--method", "elbo", "--dequantisation", "discrete"], false), (dequantised, [], false),
        ] {
            let result = try Program.run(["nll", path, "-n", "2"] + arguments)
            #expect(result.status == 0)
            #expect(result.errors.contains(warning) == isWarned, "\(arguments): \(result.errors)")
        }
        _ = (directory, other)
    }

    @Test("Requests that make no sense exit with 2 and say what to do")
    func mistakes() throws {
        let (directory, path) = try run()
        let mistakes: [([String], String)] = [
            (["--by", "frequency"], "the basis has no labels by frequency; use --by component"),
            (["--probes", "few"], "--probes few: a number from 1 to 10000, or 'exact'"),
            (["--method", "elbo", "--probes", "3"], "--probes, --rtol and --atol are for --method ode"),
            (["--steps", "3", "--rtol", "1e-3"], "--steps are fixed steps"),
            (["--atol", "0"], "--atol 0.0: a tolerance is a positive number"),
            (["-n", "0"], "-n 0: measure at least one sample"),
            (["--split", "validation"], "'test' and 'training'"),
        ]
        for (arguments, text) in mistakes {
            let result = try Program.run(["nll", path] + arguments)
            #expect(result.status == 2, "\(arguments)")
            #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
        _ = directory
    }
}
