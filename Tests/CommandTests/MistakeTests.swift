import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("Mistaken requests exit with 2 and say what to do")
struct MistakeTests {
    /// Runs `gud explain` on a small configuration with overrides, and returns what it complained about.
    private func complaint(_ overrides: [String], changes: [String: String] = [:]) throws -> String {
        let (directory, path) = try Program.configuration(changes)
        let result = try Program.run(["explain", path] + overrides.flatMap { ["--set", $0] })
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        _ = directory
        return result.errors
    }

    @Test("An unknown name")
    func name() throws {
        #expect(
            try complaint(["basis=harr"])
                == "gud: there is no basis named 'harr'; did you mean 'haar'? known: color, compose, dct, fourier, haar, pca, "
                + "pixel\n")
    }

    @Test("An unknown key, and an unknown section")
    func key() throws {
        #expect(
            try complaint(["schedule.softnes=1"]).hasPrefix(
                "gud: schedule.softnes: unknown key; did you mean 'softness'? known keys: "))
        #expect(
            try complaint(["schedul.softness=1"])
                == "gud: schedul: unknown key; did you mean 'schedule'? known keys: data, basis, schedule, denoiser, "
                + "conditioner, sampler, training, seed, baseDirectory\n")
    }

    @Test("A value out of range, and one of another type")
    func value() throws {
        #expect(
            try complaint(["training.batch=0"]) == "gud: training.batch: 0 is out of range; allowed: 1 to 65536\n")
        #expect(try complaint(["training.steps=many"]) == "gud: training.steps: 'many' is not a whole number\n")
    }

    @Test("An override through something that is not a table, and one that is no assignment")
    func override() throws {
        #expect(
            try complaint(["seed.x=1"]) == "gud: --set seed.x=1: 'seed' is 3, which has no keys of its own\n")
        #expect(
            try complaint(["softness"])
                == "gud: --set softness: write --set path.to.key=value, for example --set schedule.softness=0.5\n")
    }

    @Test("An image that the network, or the basis, cannot take")
    func size() throws {
        #expect(
            try complaint(["denoiser.multipliers=[1, 2, 2, 2, 2]"])
                == "gud: denoiser 'unet' with 5 multipliers halves images 4 times, so height and width must be multiples of "
                + "16; these are 8×8: use at most 4 multipliers\n")
        let haar = try complaint(["basis={name: haar, levels: 4}"])
        #expect(haar.contains("8×8×1") && haar.contains("3"), "\(haar)")
    }

    @Test("A text that is not a configuration")
    func syntax() throws {
        let directory = try TemporaryDirectory()
        try "data: {name: digits".write(toFile: directory.file("c.yaml"), atomically: true, encoding: .utf8)
        let result = try Program.run(["explain", directory.file("c.yaml")])
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("gud: \(directory.file("c.yaml")): not a configuration: "))
    }

    @Test(
        "Arguments",
        arguments: [
            (["sample", "x", "-n", "0", "-o", "a.png"], "-n 0: draw at least one sample"),
            (["sample", "x", "-o", "a.jpg"], "-o a.jpg: the file must end in .png or .npy"),
            (["sample", "x", "--given", "m.npy", "-o", "a.png"], "--given takes two files, MASK and VALUES"),
            (["schedule", "table", "linear", "--times", "0,x"], "--times 0,x: 'x' does not fit; write numbers from 0"),
            (
                ["basis", "show", "dct", "--shape", "8,8"],
                "--shape 8,8: write H,W,C for images or D for vectors, all positive"
            ),
            (["sample", "x", "-o", "nosuch/a.png"], "-o nosuch/a.png: there is no folder"),
            (["sample", "x", "-o", "/dev.npy/../a.npy/b.npy"], "there is no folder"),
            (
                ["sample", "x", "-o", "a.png", "--trajectory", "./a.png"],
                "--trajectory ./a.png: -o names the same file"
            ),
            (["sample", "x", "-o", "a.png", "--frames", "5"], "--frames is for --trajectory"),
            (["sample", "x", "-o", "a.png", "--noise", "1"], "--method, --resamplings and --noise are for --given"),
            (["inpaint", "x", "-o", "nosuch/a.png", "--mask", "m", "--test", "0"], "there is no folder"),
            (
                [
                    "inpaint", "x", "-o", "a.npy", "--mask", "m", "--test", "0", "--method", "held", "--resamplings",
                    "3",
                ],
                "--resamplings is for the method replacement, not for held"
            ),
            (
                ["extend", "x", "-o", "a.png", "--figure", "a.png", "--measure"],
                "--figure a.png: -o names the same file"
            ),
            (["extend", "x", "-o", "a.png", "--windows", "1", "--measure"], "seams lie between windows"),
            (["extend", "x", "-o", "a.png", "--label", "b"], "--label is for --figure"),
            (["evaluate", "x", "--guidance", "1", "--figure", "nosuch/a.svg"], "there is no folder"),
            (["compare", "x", "-o", "nosuch/a.html"], "-o nosuch/a.html: there is no folder"),
            (["extractor", "train", "digits", "-o", "nosuch/a.safetensors"], "there is no folder"),
            (["schedule", "plot", "linear", "-o", "nosuch/a.svg"], "there is no folder"),
            (["schedule", "table", "linear", "--times", "0,1", "-o", "nosuch/a.csv"], "there is no folder"),
            (
                ["basis", "apply", "dct", "--shape", "8", "--input", "x.npy", "--output", "nosuch/a.npy"],
                "--output nosuch/a.npy: there is no folder"
            ),
            (["nll", "x", "--given", "column:0=0.5"], "--given column:0=0.5: a component is part of it or not"),
            (["nll", "x", "--steps", "9223372036854775807"], "take 1 to 100000"),
            (["nll", "x", "--probes", "99999999999"], "a number from 1 to 10000"),
            (["nosuch"], "Unexpected argument 'nosuch'"),
            (["list", "bases"], "there is no kind of component named 'bases'; did you mean 'basis'?"),
            (["sample", "/nonexistent", "-o", "a.png"], "'/nonexistent' holds no checkpoint"),
            (["schedule", "table", "linear", "--times", "1.5"], "time 1.5 is outside [0, 1]"),
        ])
    func arguments(_ line: [String], _ message: String) throws {
        let result = try Program.run(line)
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}
