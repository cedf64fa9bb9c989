import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("Training from the command line", .enabled(if: PythonReference.isAvailable, "run 'make setup'"))
struct TrainingTests {
    private func samples(_ run: String, _ directory: TemporaryDirectory) throws -> Data {
        let file = directory.file("\(UUID().uuidString).npy")
        let result = try Program.run(["sample", run, "-n", "3", "--seed", "5", "-o", file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == file + "\n")
        return try Data(contentsOf: URL(fileURLWithPath: file))
    }

    @Test("A run keeps everything, can be moved, and is not overwritten")
    func keeps() throws {
        let (directory, path) = try Program.configuration()
        let run = directory.file("run")
        let result = try Program.run(["train", path, "--run", run])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == run + "\n")
        let files = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(Set(["config.yaml", "metrics.csv", "log.txt", "checkpoints"]).isSubset(of: files))
        let metrics = try String(contentsOfFile: "\(run)/metrics.csv", encoding: .utf8).split(separator: "\n")
        #expect(metrics.first == "step,loss,gradient_norm,learning_rate,steps_per_second,validation_loss")
        #expect(metrics.dropFirst().map { $0.prefix { $0 != "," } } == ["2", "4", "6", "8", "10", "12"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints").sorted()
                == ["step-00000005.safetensors", "step-00000010.safetensors", "step-00000012.safetensors"])

        let again = try Program.run(["train", path, "--run", run])
        #expect(again.status == 2)
        #expect(
            again.errors
                == "gud: '\(run)' already holds a run; add --resume to go on with it, or name another directory with --run\n"
        )

        let before = try samples(run, directory)
        try FileManager.default.moveItem(atPath: run, toPath: directory.file("moved"))
        #expect(try samples(directory.file("moved"), directory) == before)
    }

    @Test("With validation, the checkpoint that did best on held-out data is the one that is used")
    func validation() throws {
        let (directory, path) = try Program.configuration([
            "training":
                "{steps: 30, batch: 16, learningRate: 0.03, warmup: 1, ema: 0, validation: 0.1, checkpointEvery: 3, "
                + "logEvery: 3, sampleEvery: 0}"
        ])
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).status == 0)
        let lines = try String(contentsOfFile: "\(run)/metrics.csv", encoding: .utf8).split(separator: "\n").dropFirst()
        let losses = lines.map { line -> (step: Int, loss: Double) in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return (Int(cells[0]) ?? 0, Double(cells[5]) ?? .nan)
        }
        #expect(losses.map(\.step) == Array(stride(from: 3, through: 30, by: 3)))
        let best = try #require(losses.min { $0.loss < $1.loss })
        #expect(best.loss.isFinite)
        // What is used is that file, and it holds that step's weights where they are still kept.
        let (bestFile, kept) = ("\(run)/checkpoints/best.safetensors", "\(run)/checkpoints/step-00000030.safetensors")
        #expect(
            try String(decoding: Data(contentsOf: URL(fileURLWithPath: bestFile)), as: UTF8.self)
                .contains("\\\"step\\\":\(best.step),"))
        #expect(try samples(run, directory) == samples(bestFile, directory))
        if best.step != 30 { #expect(try samples(run, directory) != samples(kept, directory)) }
    }

    @Test("Ctrl-C keeps a checkpoint and exits with 130; resumed, the run ends as if nothing had happened")
    func interrupt() throws {
        let (directory, path) = try Program.configuration([
            "training": "{steps: 150, batch: 16, checkpointEvery: 1000, sampleEvery: 0, logEvery: 2}"
        ])
        let (whole, broken) = (directory.file("whole"), directory.file("broken"))
        #expect(try Program.run(["train", path, "--run", whole]).status == 0)
        let running = try Program.start(["train", path, "--run", broken])
        let metrics = "\(broken)/metrics.csv"
        let deadline = Date().addingTimeInterval(60)
        while Date() < deadline, (try? String(contentsOfFile: metrics, encoding: .utf8))?.contains("\n4,") != true {
            Thread.sleep(forTimeInterval: 0.01)
        }
        running.process.interrupt()
        let result = running.wait()
        #expect(result.status == 130)
        #expect(result.errors.contains("the checkpoint is kept: add --resume to go on from it"), "\(result.errors)")
        #expect(try !FileManager.default.contentsOfDirectory(atPath: "\(broken)/checkpoints").isEmpty)

        let resumed = try Program.run(["train", path, "--run", broken, "--resume"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        let checkpoint = "checkpoints/step-00000150.safetensors"
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: "\(whole)/\(checkpoint)"))
                == Data(contentsOf: URL(fileURLWithPath: "\(broken)/\(checkpoint)")))
    }

    @Test("A run is not resumed with another configuration")
    func mismatch() throws {
        let (directory, path) = try Program.configuration()
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).status == 0)
        let result = try Program.run(["train", path, "--run", run, "--resume", "--set", "schedule.softness=2"])
        #expect(result.status == 2)
        #expect(
            result.errors.hasSuffix(
                """
                gud: the run in '\(run)' was made with another configuration; it cannot be resumed with this one:
                  schedule.softness: the run has 1, the configuration 2
                resume with the run's own config.yaml, or train into another directory

                """), "\(result.errors)")
        let longer = try Program.run(["train", path, "--run", run, "--resume", "--set", "training.steps=14"])
        #expect(longer.status == 0, "\(longer.errors)")
    }

    @Test("A loss that explodes stops the run with its step, and a checkpoint is kept")
    func divergence() throws {
        let (directory, path) = try Program.configuration([
            "training":
                "{steps: 400, batch: 16, learningRate: 1e5, warmup: 0, weightDecay: 0, gradientClip: 1e6, sampleEvery: 0}"
        ])
        let run = directory.file("run")
        let result = try Program.run(["train", path, "--run", run])
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("gud: training diverged at step "), "\(result.errors)")
        #expect(result.errors.contains("Lower training.learningRate, or raise training.warmup"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(run)/checkpoints").count == 1)
    }

    @Test("A schedule that the run was not trained with is sampled and measured, with a warning")
    func beyondTraining() throws {
        let (directory, path) = try Program.configuration([
            "schedule": "{name: family, softnessMin: 0.5}",
            "denoiser": "{name: unet, channels: 8, multipliers: [1], conditioning: tokens}",
            "training": "{steps: 1, batch: 4, sampleEvery: 0, dequantise: true, given: {probability: 0.5}}",
        ])
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).errors.contains("warning") == false)
        let warning =
            "warning: the schedule is outside what the run was trained with, softness 0.5 to ∞ by variance; expect worse results\n"
        let requests = [
            ["sample", run, "-n", "1", "-o", directory.file("s.npy")],
            ["nll", run, "-n", "1", "--method", "elbo", "--steps", "1"],
        ]
        for request in requests {
            for (softness, isWarned) in [("0.5", false), ("0.3", true)] {
                let result = try Program.run(request + ["--set", "schedule.softness=\(softness)"])
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.errors.contains(warning) == isWarned, "\(request) \(softness): \(result.errors)")
            }
        }
    }

    @Test("A class-conditional model draws the class that is asked for, and says which there are")
    func classes() throws {
        let (directory, path) = try Program.configuration(["conditioner": "{name: class}"])
        let run = directory.file("run")
        #expect(try Program.run(["train", path, "--run", run]).status == 0)
        let file = directory.file("c.png")
        #expect(try Program.run(["sample", run, "-n", "2", "--class", "3", "--guidance", "2", "-o", file]).status == 0)
        let beyond = try Program.run(["sample", run, "-n", "2", "--class", "12", "-o", file])
        #expect(beyond.status == 2)
        #expect(beyond.errors == "gud: class 12 does not exist; the model knows 0 to 9\n")
    }
}
