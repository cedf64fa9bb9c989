import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite("Plugins from the command line", .enabled(if: CompiledPlugin.isPossible, CompiledPlugin.skipped))
struct PluginCommandTests {
    private let here: CompiledPlugin

    init() throws { here = try CompiledPlugin() }

    private var today: String { Date().formatted(.iso8601.year().month().day()) }

    @Test("A good plugin is listed, shown and validated")
    func good() throws {
        let plugin = try here.compile("good.so")
        let list = try here.run(["plugin", "list", "--plugin", plugin])
        #expect(list.status == 0)
        #expect(
            list.output
                == """
                org.example.negation 1.0.0  \(plugin)
                  ok
                  brings schedule/negation, denoiser/negation, conditioner/negation, basis/negation

                """)
        #expect(list.errors == "checking plugin '\(plugin)' in a process of its own\n")
        let again = try here.run(["plugin", "list", "--plugin", plugin])
        #expect(again.output == list.output && again.errors == "")
        let all = try #require(here.json(["plugin", "list", "--plugin", plugin]) as? [[String: Any]])
        #expect(
            all.count == 1 && all[0]["usable"] as? Bool == true && all[0]["id"] as? String == "org.example.negation")

        let info = try here.run(["plugin", "info", plugin])
        #expect(info.status == 0)
        #expect(
            info.output.hasPrefix("plugin     org.example.negation 1.0.0\nfile       \(plugin)\n"), "\(info.output)")
        let fields = try #require(here.json(["plugin", "info", plugin]) as? [String: Any])
        #expect((fields["sha256"] as? String)?.count == 64 && fields["license"] as? String == "MIT")

        let validated = try here.run(["plugin", "validate", plugin, "--level", "5"])
        #expect(validated.status == 0, "\(validated.output)")
        #expect(validated.output.hasPrefix("org.example.negation 1.0.0, interface 1.0\nok: level 5, seed 1, "))
        #expect(try here.run(["list", "basis", "--plugin", plugin]).output.contains("negation"))
    }

    @Test("A plugin that dies is quarantined, by all commands alike, until it is tried anew or changes")
    func bad() throws {
        let plugin = try here.compile("bad.so", fault: "entry_abort")
        let why = "signal 6 (SIGABRT) during 'gud_plugin_entry'; it said: entry: cannot go on"
        let list = try here.run(["plugin", "list", "--plugin", plugin])
        #expect(list.status == 0)
        #expect(list.output == "(unknown)  \(plugin)\n  quarantined on \(today): \(why)\n")
        let again = try here.run(["plugin", "list", "--plugin", plugin])
        #expect(again.output == list.output && again.errors == "")
        let info = try here.run(["plugin", "info", plugin])
        #expect(info.status == 1)
        #expect(info.output.contains("quarantined on \(today): \(why)\n"))
        // Other commands say so, and go on.
        let bases = try here.run(["list", "basis", "--plugin", plugin])
        #expect(bases.status == 0 && bases.output.contains("haar"))
        #expect(bases.errors == "warning: plugin '\(plugin)' is not used; quarantined on \(today): \(why)\n")
        let validated = try here.run(["plugin", "validate", plugin])
        #expect(validated.status == 1)
        #expect(validated.output == "FAILED: \(why)\n")
        // Another chance, in vain; then another file.
        let probed = try here.run(["plugin", "probe", plugin])
        #expect(probed.status == 1)
        #expect(probed.output == "\(plugin): quarantined on \(today): \(why)\n")
        _ = try here.compile("bad.so")
        #expect(try here.run(["plugin", "probe", plugin]).output == "\(plugin): ok\n")
        #expect(try here.run(["plugin", "info", plugin]).status == 0)
    }

    @Test("Reports for machines")
    func reports() throws {
        let good = try here.compile("good.so")
        let bad = try here.compile("bad.so", fault: "nan")
        let dead = try here.compile("dead.so", fault: "overrun_forward")
        for (plugin, status) in [(good, 0), (bad, 1), (dead, 1)] as [(String, Int32)] {
            let report = here.directory.file("report.xml")
            let fields = try #require(
                here.json(["plugin", "validate", plugin, "--level", "3", "--junit", report], status: status)
                    as? [String: Any])
            #expect(fields["passed"] as? Bool == (status == 0))
            #expect(fields["level"] as? Int == 3 && fields["file"] as? String == plugin)
            let reader = Reader()
            let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: report)))
            parser.delegate = reader
            #expect(parser.parse(), "\(String(describing: parser.parserError))")
            #expect((reader.failures == 0) == (status == 0))
            #expect(reader.cases >= 1 && reader.cases == reader.stated)
        }
        let broken = try #require(here.json(["plugin", "validate", dead], status: 1) as? [String: Any])
        let breakdown = try #require(broken["broken"] as? [String: Any])
        #expect(breakdown["event"] as? String == "signal 11 (SIGSEGV)")
        #expect(breakdown["fault"] as? String == "it writes past the end of coefficients")
    }

    /// Counts what a JUnit report says.
    private final class Reader: NSObject, XMLParserDelegate {
        var (cases, failures, stated) = (0, 0, 0)

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            switch name {
            case "testsuite": stated = attributes["tests"].flatMap { Int($0) } ?? -1
            case "testcase": cases += 1
            case "failure": failures += 1
            default: break
            }
        }
    }

    @Test("Mistaken requests exit with 2")
    func mistakes() throws {
        let missing = try here.run(["plugin", "list", "--plugin", "nowhere.so"])
        #expect(missing.status == 2)
        #expect(
            missing.errors
                == "gud: cannot read plugin 'nowhere.so': No such file or directory; give the path of a .so file, a "
                + ".plugin.yaml file or a folder of them\n")
        #expect(try here.run(["list", "--plugin", "nowhere.so"]).status == 2)
        let unknown = try here.run(["plugin", "info", "org.example.nothing"])
        #expect(unknown.status == 2)
        #expect(unknown.errors == "gud: there is no plugin named 'org.example.nothing'; none is registered\n")
        #expect(try here.run(["plugin", "validate", "x.so", "--level", "11"]).status == 2)
        #expect(try here.run(["plugin", "trust"]).status == 2)
        #expect(try here.run(["plugin", "trust", "--unpinned", "perhaps"]).status == 2)
        #expect(try here.run(["plugin", "trust", "--remove", "org.example.nothing"]).status == 2)
        let nothing = try here.run(["plugin", "validate", "nowhere.so"])
        #expect(nothing.status == 2)
        #expect(
            nothing.errors
                == "gud: cannot read plugin 'nowhere.so': No such file or directory; give the path of a .so file or a "
                + ".plugin.yaml file\n")
        let folder = try here.run(["plugin", "validate", "."])
        #expect(folder.status == 2 && folder.errors.contains("'.': it is a folder, not a regular file; "))
    }

    @Test("A folder is a plugin where it holds one; nothing is looked for in safe mode")
    func folders() throws {
        let plugin = try here.compile("good.so")
        let one = try here.run(["plugin", "info", "."])
        #expect(one.status == 0 && one.output.contains("file       \(plugin)\n"), "\(one.output)\(one.errors)")
        let second = try here.compile("second.so", build: 2)
        let two = try here.run(["plugin", "trust", "."])
        #expect(two.status == 2)
        #expect(two.errors.contains("'.' holds 2 plugins; name one: \(plugin), \(second)\n"), "\(two.errors)")
        let safe = try here.run(["plugin", "info", plugin, "--safe-mode"])
        #expect(safe.status == 2)
        #expect(safe.errors.contains("--safe-mode looks for no plugins, and so not for '\(plugin)'"), "\(safe.errors)")
    }

    @Test("A plugin whose name GUD has itself is not begun, and not installed")
    func takenName() throws {
        let begun = try here.run(["plugin", "new", "basis", "pixel", "--language", "c"])
        #expect(begun.status == 2)
        #expect(begun.errors.contains("GUD itself has a basis 'pixel', beside which a plugin's could not be used"))
        #expect(!FileManager.default.fileExists(atPath: here.directory.file("pixel")))
        let plugin = try here.compile("pixel.so", ["-UNAME", "-DNAME=\"pixel\""])
        let probed = try here.run(["plugin", "probe", plugin])
        #expect(probed.status == 1)
        #expect(
            probed.output
                == "\(plugin): conflict: basis 'pixel' of org.example.negation 1.0.0 cannot be registered: the name is taken by "
                + "built-in; rename one of them\n")
    }

    @Test("Where the cache cannot be written plugins are left out, and everything else goes on")
    func noCache() throws {
        let plugin = try here.compile("good.so")
        try Data().write(to: URL(fileURLWithPath: here.directory.file("cache")))
        let reason =
            "rejected: cannot write '\(here.directory.file("cache"))/gud/plugins' of the plugin cache: Not a directory; make "
            + "room or mend its rights, or set XDG_CACHE_HOME to a folder that can be written"
        let list = try here.run(["plugin", "list", "--plugin", plugin])
        #expect(list.output == "(unknown)  \(plugin)\n  \(reason)\n", "\(list.errors)")
        let bases = try here.run(["list", "basis", "--plugin", plugin])
        #expect(bases.status == 0 && bases.output.contains("haar"))
        #expect(bases.errors == "warning: plugin '\(plugin)' is not used; \(reason)\n")
    }

    @Test("Ctrl-C ends a build, and the make that it runs")
    func interruptedBuild() throws {
        let folder = here.directory.file("slow")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try "all:\n\ttouch begun; sleep 60; touch done\n"
            .write(toFile: "\(folder)/Makefile", atomically: true, encoding: .utf8)
        let running = try Program.start(["plugin", "build", folder], environment: here.environment)
        while running.process.isRunning, !FileManager.default.fileExists(atPath: "\(folder)/begun") { usleep(10_000) }
        // Only the program gets it: what a terminal sends to a group does not reach make.
        kill(running.process.processIdentifier, SIGINT)
        let result = running.wait()
        #expect(result.status == 130, "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/done"), "make ran on to its end")
    }

    @Test("Safe mode starts and loads no plugin")
    func safeMode() throws {
        let plugin = try here.compile("bad.so", fault: "entry_abort")
        let result = try here.run(["list", "basis", "--plugin", plugin, "--safe-mode"])
        #expect(result.status == 0 && result.errors == "" && result.output.contains("haar"))
        #expect(!FileManager.default.fileExists(atPath: here.directory.file("cache")))
    }

    @Test("Trust: a pinned plugin that changes is refused, whoever looks it up")
    func trust() throws {
        let plugin = try here.compile("good.so")
        let pinned = try here.run(["plugin", "trust", plugin])
        #expect(pinned.status == 0, "\(pinned.errors)")
        let digest = pinned.output.split(separator: " ").last?.trimmingCharacters(in: .newlines) ?? ""
        #expect(pinned.output == "org.example.negation 1.0.0  \(digest)\n" && digest.count == 64)
        #expect(pinned.errors.hasSuffix("written: \(here.directory.file("config"))/gud/gud.lock\n"))
        #expect(try here.run(["plugin", "info", plugin]).status == 0)

        _ = try here.compile("good.so", build: 2)
        let changed = try here.run(["plugin", "info", plugin])
        #expect(changed.status == 1)
        let message =
            "refused: plugin 'org.example.negation' ('\(plugin)') has changed since it was trusted: expected SHA-256 "
            + "\(digest), got "
        #expect(changed.output.contains(message))
        #expect(
            changed.output.contains("; check where the new file came from, then run 'gud plugin trust \(plugin)'\n"))
        let used = try here.run(["basis", "show", "negation", "--shape", "4,4,1", "--plugin", plugin])
        #expect(used.status == 2)
        #expect(used.errors.hasPrefix("warning: plugin '\(plugin)' is not used; \(message)"), "\(used.errors)")

        #expect(try here.run(["plugin", "trust", "--remove", "org.example.negation"]).status == 0)
        #expect(try here.run(["plugin", "info", plugin]).status == 0)
    }

    @Test("Trust: what nobody pinned is allowed, isolated or refused")
    func unpinned() throws {
        let plugin = try here.compile("good.so")
        func status(_ policy: String) throws -> String {
            #expect(try here.run(["plugin", "trust", "--unpinned", policy]).status == 0)
            let fields = try here.json(["plugin", "list", "--plugin", plugin]) as? [[String: Any]]
            return fields?.first?["status"] as? String ?? ""
        }
        #expect(try status("isolate") == "ok, isolated")
        #expect(
            try status("refuse")
                == "refused: plugin 'org.example.negation' ('\(plugin)') is not trusted, and "
                + "'\(here.directory.file("config"))/gud/gud.lock' refuses such plugins; check where the file came from, then "
                + "run 'gud plugin trust \(plugin)'")
        #expect(try here.run(["plugin", "trust", plugin, "--isolated"]).output.hasSuffix("  isolated\n"))
        #expect(try status("refuse") == "ok, isolated")
        #expect(try status("allow") == "ok, isolated")
    }

    @Test("When the program is killed, the process that tries a plugin ends as well")
    func killedProgram() throws {
        let note = here.directory.file("pid")
        let plugin = try here.compile("hangs.so", fault: "constructor_hang", ["-DFORKED=\"\(note)\""])
        let running = try Program.start(
            ["plugin", "list", "--plugin", plugin], environment: here.environment, in: here.directory.path)
        func wait(_ what: String, _ isTrue: () -> Bool) {
            for _ in 0..<1000 where !isTrue() { usleep(10_000) }
            #expect(isTrue(), "\(what)")
        }
        wait("the plugin is being opened") { FileManager.default.fileExists(atPath: note) }
        var worker = ""
        wait("it left its number") {
            worker = ((try? String(contentsOfFile: note, encoding: .utf8)) ?? "")
            return worker.hasSuffix("\n")
        }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.wait()
        let status = "/proc/\(worker.trimmingCharacters(in: .newlines))/stat"
        wait("it is gone") {
            guard let text = try? String(contentsOfFile: status, encoding: .utf8) else { return true }
            return text.contains(") Z ")
        }
    }
}
