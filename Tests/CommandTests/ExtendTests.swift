import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("gud extend")
struct ExtendTests {
    /// A run of the Gaussian fit to digits in pixels.
    private func run() throws -> (directory: TemporaryDirectory, path: String) {
        let (directory, path) = try Program.configuration(
            ["denoiser": "gaussian", "basis": "pixel", "sampler": "{name: dpm++2m, steps: 6}"])
        let result = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(result.status == 0, "\(result.errors)")
        return (directory, directory.file("run"))
    }

    @Test("Strips are drawn along either axis, go on from a file, and are measured")
    func strips() throws {
        let (directory, path) = try run()
        let wide = directory.file("wide.npy")
        let result = try Program.run(
            ["extend", path, "--by", "3", "--windows", "4", "-n", "5", "--seed", "2", "-o", wide, "--measure"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix(wide + "\n") && result.output.contains("3 seams in each of 5 strips"))
        #expect(result.output.contains("windows of 8 columns, 3 new in each, 17 in all; method auto; dpm++2m, 6 steps"))
        #expect(result.output.contains("against 297 test samples of digits"))
        let drawn = try NumpyArray(contentsOf: wide)
        #expect(drawn.axes == [5, 8, 17, 1])

        let longer = directory.file("longer.npy")
        let more = try Program.run(
            [
                "extend", path, "--size", "21", "--from", wide, "-n", "5", "--method", "held", "-o", longer,
                "--measure",
                "--json",
            ])
        #expect(more.status == 0, "\(more.errors)")
        let record = try #require(try JSONSerialization.jsonObject(with: Data(more.output.utf8)) as? [String: Any])
        let measures = try #require(record["measures"] as? [String: Any])
        #expect((measures["recipe"] as? [String: Any])?["lineCount"] as? Int == 21)
        let extended = try NumpyArray(contentsOf: longer)
        #expect(extended.axes == [5, 8, 21, 1])
        for line in 0..<40 {
            #expect(extended.values[line * 21..<line * 21 + 17] == drawn.values[line * 17..<line * 17 + 17])
        }

        // A figure shows earlier records beside the new one.
        try more.output.write(toFile: directory.file("record.json"), atomically: true, encoding: .utf8)
        let figure = directory.file("drift.svg")
        let drawing = try Program.run(
            [
                "extend", path, "--windows", "3", "-n", "3", "-o", directory.file("y.npy"), "--figure", figure,
                "--label",
                "new strips", "--beside", "old strips=\(directory.file("record.json"))",
            ])
        #expect(drawing.status == 0 && drawing.output.contains(figure), "\(drawing.errors)")
        let svg = try String(contentsOfFile: figure, encoding: .utf8)
        #expect(["new strips", "old strips", "data", "high-frequency power", "excess"].allSatisfy(svg.contains))
        let broken = try Program.run(
            ["extend", path, "-o", directory.file("y.npy"), "--figure", figure, "--beside", "x=\(wide)"])
        #expect(broken.status == 1 && broken.errors.contains("is no record of"), "\(broken.errors)")

        let picture = directory.file("tall.png")
        #expect(
            try Program.run(["extend", path, "--axis", "rows", "--windows", "2", "-n", "2", "-o", picture]).status == 0)
        // 8×12 pixels, eightfold, side by side with a margin of two.
        let header = [UInt8](try Data(contentsOf: URL(fileURLWithPath: picture)).prefix(24))
        #expect(Int(header[18]) << 8 + Int(header[19]) == 134 && Int(header[22]) << 8 + Int(header[23]) == 100)
    }

    @Test("Requests that make no sense exit with 2, name the value, and leave no file")
    func mistakes() throws {
        let (directory, path) = try run()
        try NumpyArray.write([Float](repeating: 0, count: 70), axes: [7, 10], to: directory.file("low.npy"))
        let mistakes: [([String], String)] = [
            (["--by", "8"], "8 new columns per window: a window has 8"),
            (["--by", "0"], "choose 1 to 7"),
            (["--windows", "0"], "0 windows were asked for"),
            (["--size", "7"], "an image of 7 columns is smaller than one window"),
            (["--windows", "2", "--size", "20"], "give one of them"),
            (["--axis", "diagonal"], "diagonal"),
            (["--from", directory.file("low.npy")], "height and channels must be the same"),
            (["-n", "0"], "-n 0: draw at least one strip"),
            (["-n", "1", "--measure"], "--measure and --figure with -n 1"),
            (["--size", "8", "--measure"], "seams lie between windows; draw two or more"),
            (["--size", "9223372036854775807"], "an image of 9223372036854775807 columns is more than can be held"),
            (["-n", "999999", "--windows", "4000000"], "999999 strips of 16000004 columns are more than this"),
            (["--json"], "--json is for --measure"),
            (["--figure", "x.svg", "--beside", "a="], "--beside a=: write LABEL=FILE.json"),
            (["--figure", "x.pdf"], "--figure x.pdf: the file must end in .svg or .png"),
            (["--beside", "a=b.json"], "--beside is for --figure"),
            (["--figure", "x.svg", "--beside", "b.json"], "write LABEL=FILE.json"),
            (["--method", "hold"], "hold"),
            (["--class", "3"], "class"),
        ]
        for (arguments, text) in mistakes {
            let result = try Program.run(["extend", path, "-o", directory.file("x.npy")] + arguments)
            #expect(result.status == 2 && result.errors.contains(text), "\(arguments): \(result.errors)")
        }
        #expect(try Program.run(["extend", path, "-o", directory.file("x.jpg")]).status == 2)
        #expect(!FileManager.default.fileExists(atPath: directory.file("x.npy")))
    }

    @Test("Vectors have nothing to extend along")
    func vectors() throws {
        let (directory, path) = try Program.configuration(
            ["data": "{name: moons}", "basis": "pixel", "denoiser": "gaussian", "schedule": "linear"])
        let trained = try Program.run(["train", path, "--run", directory.file("run")])
        #expect(trained.status == 0, "\(trained.errors)")
        let result = try Program.run(["extend", directory.file("run"), "-o", directory.file("x.npy")])
        #expect(result.status == 2 && result.errors.contains("have no columns or rows to add"), "\(result.errors)")
    }
}
