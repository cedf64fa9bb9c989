import Foundation
import GUDCore
import TestSupport
import Testing

@Suite("gud schedule plot and lint")
struct SchedulePlotTests {
    @Test("A configuration's schedule as SVG, PNG and in the terminal")
    func plot() throws {
        let (directory, path) = try Program.configuration([
            "schedule": "{name: soft, softness: 0.5, order: variance}", "denoiser": "{name: unet}",
        ])
        for ending in ["svg", "png"] {
            let file = directory.file("plot.\(ending)")
            let result = try Program.run(["schedule", "plot", path, "-o", file])
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output == file + "\n")
        }
        let svg = try String(contentsOfFile: directory.file("plot.svg"), encoding: .utf8)
        #expect(svg.contains(">time at which SNR is 1</text>"))
        #expect(svg.contains("48 of 64 components are drawn."))
        let png = try Data(contentsOf: URL(fileURLWithPath: directory.file("plot.png")))
        #expect(png.starts(with: [0x89] + Array("PNG\r\n".utf8)))

        let text = try Program.run(["schedule", "plot", path], environment: ["COLUMNS": "60"])
        #expect(text.status == 0)
        let lines = text.output.split(separator: "\n").map(String.init)
        #expect(lines.dropFirst().allSatisfy { $0.count <= 60 })
        #expect(lines.contains("Rate of the forward process: β"))
        #expect(!text.output.contains("\u{1B}"))
    }

    @Test("A named schedule with labels is coloured by them")
    func labels() throws {
        let directory = try TemporaryDirectory()
        try NumpyArray.write([0, 1, 2], axes: [3], to: directory.file("l.npy"))
        let result = try Program.run([
            "schedule", "plot", "soft", "--labels", directory.file("l.npy"), "--set", "softness=1", "-o",
            directory.file("p.svg"),
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try String(contentsOfFile: directory.file("p.svg"), encoding: .utf8).contains(">label</text>"))
    }

    @Test("Mistakes exit with 2 and say what to do")
    func mistakes() throws {
        let ending = try Program.run(["schedule", "plot", "linear", "-o", "p.pdf"])
        #expect(ending.status == 2)
        #expect(ending.errors.contains("-o p.pdf: the file must end in .svg or .png"))
        let name = try Program.run(["schedule", "lint", "liner"])
        #expect(name.status == 2)
        #expect(name.errors.contains("there is no schedule named 'liner'; did you mean 'linear'?"))
        let (directory, path) = try Program.configuration([:])
        let both = try Program.run(["schedule", "lint", path, "--components", "3"])
        #expect(both.status == 2)
        #expect(both.errors.contains("are for a schedule's name"))
        _ = directory
    }

    @Test("Lint: verdicts as text and JSON, and the exit status of an error")
    func lint() throws {
        let good = try Program.run(["schedule", "lint", "linear", "--components", "4", "--json"])
        #expect(good.status == 0)
        let findings = try #require(
            JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [[String: Any]])
        #expect(
            findings.compactMap { $0["check"] as? String } == [
                "monotone", "data at t = 0", "noise at t = 1", "dead time", "overlap", "stiffness", "steps",
            ])
        #expect(findings.allSatisfy { $0["verdict"] as? String == "ok" })
        // γ = 3 at t = 0: most of the data are noise there.
        let bad = try Program.run(["schedule", "lint", "linear", "--set", "gammaMin=3", "--set", "gammaMax=9"])
        #expect(bad.status == 1)
        #expect(bad.output.contains("error    data at t = 0"))
        #expect(bad.output.contains("→ lower γ at t = 0"))
    }
}
