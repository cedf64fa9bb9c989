import Foundation
import TestSupport
import Testing

@Suite("Comparisons from the command line")
struct CompareTests {
    /// The browser that looks at pages, where there is one.
    static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Runs of exact denoisers, which need no training: two bases, two seeds.
    private static func runs() throws -> (directory: TemporaryDirectory, paths: [String]) {
        let (directory, path) = try Program.configuration(["denoiser": "gaussian"])
        let folder = directory.file("runs")
        let result = try Program.run([
            "sweep", path, "--vary", "basis=dct,haar", "--seeds", "0,1", "--runs", folder,
        ])
        #expect(result.status == 0, "\(result.errors)")
        return (
            directory,
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".yaml") }
                .sorted().map { "\(folder)/\($0)" }
        )
    }

    @Test("A page is made of what was measured, and measured is only what was not; damaged records are made anew")
    func page() throws {
        let (directory, runs) = try Self.runs()
        #expect(runs.count == 4)
        let page = directory.file("page.html")
        let command = ["compare"] + runs + ["-n", "40", "-o", page, "--title", "Two bases"]
        let first = try Program.run(command)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output == page + "\n")
        #expect(first.errors.contains("measuring \(runs[0])"))
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<h1>Two bases</h1>"))
        for text in ["dct", "haar", "ddim, 5 steps", "ddim, 50 steps", "training images"] {
            #expect(html.contains(text), "\(text)")
        }

        let again = try Program.run(command)
        #expect(!again.errors.contains("measuring"))
        #expect(try String(contentsOfFile: page, encoding: .utf8) == html)

        let record = "\(runs[1])/evaluation.json"
        try "{".write(toFile: record, atomically: true, encoding: .utf8)
        let mended = try Program.run(command)
        #expect(mended.errors.contains("'\(record)' is not a record of an evaluation"))
        #expect(mended.errors.contains("measuring \(runs[1])"))
        #expect(!mended.errors.contains("measuring \(runs[0])"))

        if let browser = Self.browser {
            try Self.look(at: html, with: browser, directory)
        } else {
            print("no browser was found to look at the page: 'make test' installs chromium")
        }
    }

    /// Opens a page in a browser: it renders, all pictures are decoded, nothing is fetched, and the console stays empty.
    private static func look(at html: String, with browser: String, _ directory: TemporaryDirectory) throws {
        let probe = """
            <script>addEventListener("load", () => {
              const data = document.documentElement.dataset;
              data.images = [...document.images].filter(image => image.naturalWidth > 0).length;
              data.figures = [...document.querySelectorAll("figure > svg")].filter(svg => svg.getBoundingClientRect().width > 100).length;
              data.fetched = performance.getEntriesByType("resource").filter(entry => !entry.name.startsWith("data:")).length;
              data.height = document.body.getBoundingClientRect().height;
            })</script>
            """
        let page = directory.file("probed.html")
        try html.replacing("</body>", with: probe + "</body>").write(toFile: page, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: browser)
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(directory.file("profile"))",
            "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom", "file://\(page)",
        ]
        for name in ["dom", "log"] { _ = FileManager.default.createFile(atPath: directory.file(name), contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: directory.file("dom"))
        process.standardError = FileHandle(forWritingAtPath: directory.file("log"))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let deadline = Date().addingTimeInterval(90)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        let dom = try String(contentsOfFile: directory.file("dom"), encoding: .utf8)
        let log = try String(contentsOfFile: directory.file("log"), encoding: .utf8)
        let root = dom.prefix(400)
        #expect(root.contains("data-images=\"4\""), "\(root)")
        #expect(root.contains("data-figures=\"6\""), "\(root)")
        #expect(root.contains("data-fetched=\"0\""), "\(root)")
        let height = root.firstMatch(of: #/data-height="([0-9.]+)"/#).flatMap { Double($0.output.1) } ?? 0
        #expect(height > 1500, "\(root)")
        #expect(!log.contains("CONSOLE"), "\(log)")
    }

    @Test("What cannot be compared is refused with its name")
    func mistakes() throws {
        let (directory, runs) = try Self.runs()
        let missing = try Program.run(["compare", directory.file("none")])
        #expect(missing.status != 0)
        #expect(missing.errors.contains(directory.file("none")))
        let twice = try Program.run(["compare", runs[0], runs[0] + "/"])
        #expect(twice.status == 2)
        #expect(twice.errors.contains("is given twice; compare each run once"))
        let one = try Program.run(["compare", runs[0], "-n", "10", "-o", directory.file("one.html")])
        #expect(one.status == 0, "\(one.errors)")
        let unwritable = try Program.run(["compare", runs[0], "-o", "/proc/none/page.html"])
        #expect(unwritable.status == 2 && unwritable.errors.contains("there is no folder"))
    }
}
