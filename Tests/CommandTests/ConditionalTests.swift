import Foundation
import GUDCore
import GUDData
import TestSupport
import Testing

@Suite("gud inpaint, upscale, sample --given, nll --given")
struct ConditionalTests {
    /// A run of the Gaussian fit in pixels, with masks and pictures beside it.
    private func run() throws -> (directory: TemporaryDirectory, path: String) {
        let (directory, path) = try Program.configuration([
            "basis": "pixel", "denoiser": "gaussian", "schedule": "{name: linear, gammaMin: -8, gammaMax: 7}",
            "sampler": "{name: ddim, steps: 4}",
        ])
        let result = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(result.status == 0, "\(result.errors)")
        func mask(_ name: String, _ isKept: (Int) -> Bool, axes: [Int] = [8, 8]) throws {
            try NumpyArray.write(
                (0..<axes.reduce(1, *)).map { isKept($0) ? 1 : 0 }, axes: axes, to: directory.file(name))
        }
        try mask("left.npy") { $0 % 8 < 4 }
        try mask("all.npy") { _ in true }
        try mask("none.npy") { _ in false }
        try mask("wide.npy", { _ in true }, axes: [8, 9])
        let bytes = (0..<64).map { UInt8($0 % 8 < 4 ? 255 : 0) }
        try PNGFile.write(PixelImage(height: 8, width: 8, channels: 1, bytes: bytes), to: directory.file("left.png"))
        let colours = (0..<48).map { UInt8($0 * 5) }
        try PNGFile.write(PixelImage(height: 4, width: 4, channels: 3, bytes: colours), to: directory.file("small.png"))
        return (directory, directory.file("run"))
    }

    private func expect(_ arguments: [String], status: Int32 = 0, says text: String = "") throws {
        let result = try Program.run(arguments)
        #expect(result.status == status, "\(arguments): \(result.errors)")
        #expect(text.isEmpty || (result.output + result.errors).contains(text), "\(arguments): \(result.errors)")
    }

    @Test("Kept pixels come back, from pictures and from numbers, by every method")
    func inpaint() throws {
        let (directory, run) = try run()
        let whole = directory.file("whole.npy")
        try expect(["inpaint", run, "--test", "3", "--mask", directory.file("all.npy"), "-n", "1", "-o", whole])
        let truth = try NumpyArray(contentsOf: whole).floats
        for (method, mask) in [
            ("auto", "left.npy"), ("exact", "left.png"), ("held", "left.png"), ("moments", "left.npy"),
        ] {
            let output = directory.file("\(method).npy")
            try expect([
                "inpaint", run, "--image", whole, "--mask", directory.file(mask), "-n", "2", "--method", method, "-o",
                output,
            ])
            let samples = try NumpyArray(contentsOf: output)
            #expect(samples.axes == [2, 8, 8, 1])
            for index in 0..<128 where index % 8 < 4 { #expect(abs(samples.floats[index] - truth[index % 64]) < 1e-4) }
            #expect(samples.floats[0..<64] != samples.floats[64..<128])
        }
        let picture = directory.file("grid.png")
        try expect([
            "inpaint", run, "--test", "0-2", "--mask", directory.file("left.png"), "-n", "2", "--method", "replacement",
            "--resamplings", "2", "-o", picture,
        ])
        let grid = try PNGFile.read(picture)
        // Three columns of what is given and two samples below each.
        #expect(grid.width == 3 * 66 + 2 && grid.height == 3 * 66 + 2)
        // The same as numbers of gud sample.
        let given = directory.file("given.npy")
        try expect(
            [
                "sample", run, "-n", "2", "--given", directory.file("left8.npy"), whole, "-o", given,
            ], status: 1)
        try NumpyArray.write((0..<64).map { $0 % 8 < 4 ? 1 : 0 }, axes: [8, 8, 1], to: directory.file("left8.npy"))
        try expect(["sample", run, "-n", "2", "--given", directory.file("left8.npy"), whole, "-o", given])
        #expect(try NumpyArray(contentsOf: given).floats == NumpyArray(contentsOf: directory.file("auto.npy")).floats)
    }

    @Test("Samples have the small picture that they were drawn from", arguments: ["haar", "fourier"])
    func upscale(by: String) throws {
        let (directory, run) = try run()
        let output = directory.file("large.npy")
        try expect([
            "upscale", run, "--image", directory.file("small.png"), "--by", by, "-n", "3", "-o", output,
        ])
        let samples = try NumpyArray(contentsOf: output).floats
        #expect(samples.count == 192)
        guard by == "haar" else { return }
        let small = try PNGFile.read(directory.file("small.png")).samples(channels: 1)
        for sample in 0..<3 {
            for block in 0..<16 {
                let (row, column) = (2 * (block / 4), 2 * (block % 4))
                let sum = [0, 1, 8, 9].reduce(Float(0)) { $0 + samples[64 * sample + 8 * row + column + $1] }
                #expect(abs(sum / 4 - small[block]) < 1e-4)
            }
        }
    }

    @Test("What was erased from a mask is drawn anew, and bytes in place of data units are warned of")
    func erased() throws {
        let (directory, run) = try run()
        // White, with alpha 255 on the left and 0 on the right.
        let erased = try #require(
            Data(
                base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAQAAABuBnYAAAAAEUlEQVR42mP4DwMMEMgwMAIA9+9f"
                    + "oaHfJHEAAAAASUVORK5CYII="))
        let (mask, output) = (directory.file("erased.png"), directory.file("x.npy"))
        try erased.write(to: URL(fileURLWithPath: mask))
        let bytes = (0..<64).map { Float(4 * $0) }
        try NumpyArray.write(bytes, axes: [8, 8], to: directory.file("bytes.npy"))
        let result = try Program.run(
            ["inpaint", run, "--image", directory.file("bytes.npy"), "--mask", mask, "-n", "1", "-o", output])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("a given value is 8.0, while the run's data lie about"))
        let samples = try NumpyArray(contentsOf: output).floats
        for index in 0..<64 { #expect((abs(samples[index] - bytes[index]) < 1e-3) == (index % 8 < 4), "\(index)") }
    }

    @Test("Samples are measured beside the truth, a Gaussian and the nearest picture")
    func measure() throws {
        let (directory, run) = try run()
        let result = try Program.run([
            "inpaint", run, "--test", "0-39", "--mask", directory.file("left.npy"), "-n", "8", "--steps", "20",
            "--measure", "--json", "-o", directory.file("x.npy"),
        ])
        #expect(result.status == 0, "\(result.errors)")
        let quality = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        func value(_ key: String) -> Double { quality[key] as? Double ?? .nan }
        #expect(quality["pictures"] as? Int == 40 && quality["samplesPerPicture"] as? Int == 8)
        // The mean of eight samples of a Gaussian is the Gaussian's mean but for an eighth of its variance; single samples are worse.
        #expect(value("gaussian") < value("mean") && value("mean") < 1.15 * value("gaussian"))
        #expect(value("samples") > value("mean") && value("nearest") > 0)
    }

    @Test("Likelihoods of parts sum to that of the whole")
    func parts() throws {
        let (directory, run) = try run()
        func nats(_ part: [String]) throws -> Double {
            let result = try Program.run(
                ["nll", run, "-n", "4", "--json", "--steps", "200", "--probes", "exact"] + part)
            #expect(result.status == 0, "\(result.errors)")
            let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            return try #require(json?["nats"] as? Double)
        }
        let sum = try nats(["--given", "column:0-3"]) + nats(["--absent", "column:4-7"])
        let whole = try nats([])
        // What is absent is noise of γ = 7, which still tells a little.
        print("parts: \(sum), whole: \(whole) nats")
        #expect(abs(sum - whole) < 1)
        try expect(["nll", run, "--given", "level:0"], status: 2, says: "the basis has no labels of that order")
        try expect(["nll", run, "--given", "column:0", "--absent", "column:0"], status: 2, says: "given and absent")
        try expect(["nll", run, "--given", "column:0-7"], status: 2, says: "nothing to measure")
        try expect(["nll", run, "--given", "column:7-9"], status: 2, says: "names what the basis does not have")
        try expect(["nll", run, "--given", "colum:0"], status: 2, says: "did you mean 'column'")
        _ = directory
    }

    @Test("Mistakes are named, with what to do about them")
    func mistakes() throws {
        let (directory, run) = try run()
        let (left, output) = (directory.file("left.npy"), directory.file("o.png"))
        func inpaint(_ arguments: String..., says text: String) throws {
            try expect(["inpaint", run, "-o", output] + arguments, status: 2, says: text)
        }
        try inpaint("--mask", left, says: "name a picture")
        try inpaint("--mask", left, "--test", "0", "--image", left, says: "name a picture")
        try inpaint("--mask", left, "--test", "297", says: "samples 0 to 296")
        try inpaint("--mask", left, "--test", "5-2", says: "5-2")
        try inpaint("--mask", directory.file("wide.npy"), "--test", "0", says: "holds 8×9 where samples are 8×8×1")
        try inpaint("--mask", directory.file("none.npy"), "--test", "0", says: "nothing is given")
        try inpaint("--mask", left, "--image", directory.file("small.png"), says: "bring it to that size")
        try inpaint("--mask", left, "--test", "0", "--class", "3", says: "the model is unconditional")
        try inpaint("--mask", left, "--test", "0", "--resamplings", "0", says: "1 to 1000 times")
        try inpaint("--mask", left, "--test", "0", "--noise=-1", says: "from 0 on")
        try inpaint("--mask", left, "--test", "0", "--noise", "0.1", "--method", "held", says: "has noise; leave out")
        try inpaint("--mask", left, "--test", "0", "--method", "magic", says: "magic")
        try inpaint("--mask", left, "--image", directory.file("small.png"), "--measure", says: "take --test")
        try inpaint(
            "--mask", left, "--test", "0", "--method", "replacement", "--sampler", "heun", says: "'heun' cannot replace"
        )
        try inpaint(
            "--mask", left, "--test", "0", "--set", "basis=dct", says: "the run has pixel, asked for is dct")
        for (options, text) in [
            (["--test", "0-9223372036854775807"], "the test data hold samples 0 to"),
            (["--test", "0-1", "-n", "9223372036854775807"], "more than are drawn at once"),
            (["--test", "0", "-n", "99999999999"], "99999999999 samples are more than are drawn at once"),
            // One array of them would be as large as the memory.
            (["--test", "0", "-n", "\(ProcessInfo.processInfo.physicalMemory / 256)"], "more than are drawn at once"),
            (["--test", "0", "--method", "replacement", "--resamplings", "9223372036854775807"], "1 to 1000 times"),
        ] {
            try expect(["inpaint", run, "-o", output, "--mask", left] + options, status: 2, says: text)
        }
        for goal in [["--windows", "100000000000"], ["--size", "9223372036854775807"]] {
            try expect(["extend", run, "-o", output] + goal, status: 2, says: "more than can be held; ask for at most")
        }
        // Channels first are as many numbers, but another picture.
        try NumpyArray.write([Float](repeating: 1, count: 64), axes: [4, 16], to: directory.file("bent.npy"))
        try expect(
            ["sample", run, "-o", output, "--given", directory.file("bent.npy"), left], status: 2,
            says: "bent.npy: holds 4×16 where samples are 8×8×1")
        try expect(
            ["inpaint", run, "-o", output, "--mask", directory.file("absent.png"), "--test", "0"], status: 1,
            says: "absent.png")
        try expect(
            ["inpaint", run, "-o", directory.file("o.txt"), "--mask", left, "--test", "0"], status: 2, says: ".npy")
        try expect(
            ["upscale", run, "-o", output, "--test", "0", "--factor", "3"], status: 2, says: "does not divide 8×8")
        try expect(
            ["upscale", run, "-o", output, "--image", directory.file("left.png")], status: 2,
            says: "bring it to that size")
        #expect(!FileManager.default.fileExists(atPath: output))
    }
}
