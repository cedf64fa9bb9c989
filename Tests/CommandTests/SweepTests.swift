import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("Sweeps from the command line", .enabled(if: PythonReference.isAvailable, "run 'make setup'"))
struct SweepTests {
    /// The members of a report by name.
    private func members(_ result: Program.Result) throws -> [String: [String: Any]] {
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any], "\(result.errors)")
        let list = try #require(report["members"] as? [[String: Any]])
        return Dictionary(uniqueKeysWithValues: list.map { ($0["name"] as? String ?? "", $0) })
    }

    @Test("One member fails, the others are trained and measured; the same command again passes over what is done")
    func failingMember() throws {
        let (directory, path) = try Program.configuration()
        let runs = directory.file("runs")
        let command = [
            "sweep", path, "--vary", "schedule.order=variance,frequency", "--vary", "basis=dct,pca", "--seeds", "0,1",
            "--then", "nll -n 3 --method elbo --steps 4", "--jobs", "2", "--json", "--runs", runs,
        ]
        let first = try Program.run(command)
        #expect(first.status == 1)
        let found = try members(first)
        #expect(found.count == 8)
        for (name, member) in found {
            // Principal components have no frequency.
            let fails = name.contains("frequency") && name.contains("pca")
            #expect(member["state"] as? String == (fails ? "failed" : "finished"), "\(name)")
            #expect((member["bitsPerDimension"] as? Double != nil) == !fails, "\(name)")
        }
        #expect(first.errors.contains("small,order=frequency,basis=pca,seed=0: gud: schedule.order: frequency needs"))
        #expect(first.errors.contains("2 of 8 members failed"))

        // The mean over two seeds, and its standard error: half of their distance.
        let report = try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any]
        let groups = try #require(report?["groups"] as? [[String: Any]])
        #expect(groups.count == 3)
        let bits = try [0, 1].map {
            try #require(found["small,order=variance,basis=dct,seed=\($0)"]?["bitsPerDimension"] as? Double)
        }
        let group = try #require(groups.first { $0["name"] as? String == "small,order=variance,basis=dct" })
        #expect(abs((group["bitsPerDimension"] as? Double ?? 0) - (bits[0] + bits[1]) / 2) < 1e-12)
        #expect(abs((group["bitsPerDimensionError"] as? Double ?? 0) - abs(bits[0] - bits[1]) / 2) < 1e-12)

        let checkpoint = "\(runs)/small,order=variance,basis=dct,seed=0/checkpoints/step-00000012.safetensors"
        func written() throws -> Date? {
            try FileManager.default.attributesOfItem(atPath: checkpoint)[.modificationDate] as? Date
        }
        let before = try written()
        let second = try Program.run(command)
        #expect(second.status == 1)
        #expect(try written() == before)
        #expect(
            try members(second).mapValues { $0["bitsPerDimension"] as? Double }
                == found.mapValues { $0["bitsPerDimension"] as? Double })
    }

    @Test("Ctrl-C stops the members at a checkpoint; the same command goes on, to the same bits")
    func interrupted() throws {
        let (directory, path) = try Program.configuration([
            "training": "{steps: 80, batch: 16, checkpointEvery: 1000, sampleEvery: 0, logEvery: 2}"
        ])
        func command(_ runs: String) -> [String] { ["sweep", path, "--seeds", "0,1", "--runs", directory.file(runs)] }
        #expect(try Program.run(command("whole")).status == 0)
        let running = try Program.start(command("broken"))
        let metrics = "\(directory.file("broken"))/small,seed=0/metrics.csv"
        let deadline = Date().addingTimeInterval(60)
        while Date() < deadline, (try? String(contentsOfFile: metrics, encoding: .utf8))?.contains("\n4,") != true {
            Thread.sleep(forTimeInterval: 0.01)
        }
        running.process.interrupt()
        let stopped = running.wait()
        #expect(stopped.status == 130, "\(stopped.errors)")
        #expect(stopped.output.contains("stopped"))
        #expect(try Program.run(command("broken")).status == 0)
        for seed in [0, 1] {
            let file = "small,seed=\(seed)/checkpoints/step-00000080.safetensors"
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: directory.file("whole/\(file)")))
                    == Data(contentsOf: URL(fileURLWithPath: directory.file("broken/\(file)"))))
        }
    }

    @Test("A member that was trained otherwise is refused, with what differs; bad options end with 2")
    func mistakes() throws {
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        let runs = directory.file("runs")
        #expect(try Program.run(["sweep", path, "--runs", runs]).status == 0)
        let changed = try Program.run(["sweep", path, "--runs", runs, "--set", "basis.whiten=none"])
        #expect(changed.status == 1)
        #expect(changed.errors.contains("basis.whiten: the run has data, the configuration none"), "\(changed.errors)")
        for (options, message) in [
            (["--jobs", "0"], "--jobs 0: at least one member is at work"),
            (["--seeds", "1,x"], "--seeds 1,x: 'x' does not fit; write whole numbers from 0"),
            (["--then", "nll", "--then", "nll -n 3"], "--then nll: given twice"),
            (["--then", "rm -rf"], "The value 'rm -rf' is invalid for '--then"),
        ] {
            let result = try Program.run(["sweep", path, "--runs", runs] + options)
            #expect(result.status == 2)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
        let plan = try Program.run(["sweep", path, "--runs", directory.file("none"), "--seeds", "0,1", "--dry-run"])
        #expect(plan.output == "small,seed=0\nsmall,seed=1\n")
        #expect(!FileManager.default.fileExists(atPath: directory.file("none")))
    }
}
