import ArgumentParser
import Foundation
import GUDCore
import GUDPlot
import GUDPluginHost

struct PluginValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Measure a plugin against the contract and the laws of its components.",
        discussion: """
            Runs in a process of its own. Levels: 1 loading, 2 objects, 3 calls between guard pages, 4 what objects say of
            themselves, 5 the laws, 6 on all shapes, 7 between guard pages, 8 every parameter's ends, 9 wear, 10 more seeds,
            a large space, exports. Exits with 0 where everything holds, 1 where something does not.

            Example:
              gud plugin validate build/walsh.so --level 10
              gud plugin validate build/walsh.so --json
            """)

    @Argument(help: "A .so library or a .plugin.yaml manifest.")
    var file: String

    @Option(help: "How thoroughly, from 1 to 10.")
    var level = 5

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "report.xml"))
    var junit: String?

    @Flag(help: "Print every check, not only those that fail.")
    var verbose = false

    func validate() throws {
        guard (1...10).contains(level) else { throw ValidationError("--level \(level): from 1 to 10") }
    }

    func run() throws {
        var options = PluginHost.Options()
        options.isSafeMode = true
        let (sha256, outcome) = try PluginHost(options).validate(file, level: ValidationLevel(level), seed: seed)
        if let junit { try AtomicFile.write(Data(JUnit.text(outcome, file: file).utf8), to: junit) }
        if json {
            try print(JSONText.of(Self.json(outcome, file: file, sha256: sha256, level: level, seed: seed)))
        } else {
            printText(outcome)
        }
        if outcome.objection != nil { throw ExitCode(1) }
    }

    private func printText(_ outcome: CheckOutcome) {
        switch outcome {
        case .finished(let report):
            print("\(report.description.id) \(report.description.version), interface \(report.description.interface)")
            for check in report.checks where verbose || !check.passed { print(check.line) }
            for note in report.notes { print("note: \(note)") }
            print(
                "\(report.passed ? "ok" : "FAILED"): level \(report.level), seed \(report.seed), "
                    + "\(report.checks.count - report.failures.count) of \(report.checks.count) checks hold")
        case .rejected(let reason): print("FAILED: \(reason)")
        case .broken(let breakdown): print("FAILED: \(breakdown.line)")
        }
    }

    private static func json(
        _ outcome: CheckOutcome, file: String, sha256: String, level: Int, seed: UInt64
    ) -> [String: Any] {
        var fields: [String: Any] = [
            "file": file, "sha256": sha256, "level": level, "seed": seed, "passed": outcome.objection == nil,
        ]
        switch outcome {
        case .finished(let report):
            fields["plugin"] = report.description.id
            fields["version"] = report.description.version
            fields["notes"] = report.notes
            fields["checks"] = report.checks.map { check -> [String: Any] in
                [
                    "component": check.component, "level": check.level, "law": check.law, "passed": check.passed,
                    "detail": check.detail,
                ]
            }
        case .rejected(let reason): fields["rejected"] = reason
        case .broken(let breakdown):
            fields["broken"] = [
                "event": breakdown.event, "stage": breakdown.stage,
                "fault": breakdown.fault.map { $0 as Any } ?? NSNull(),
                "output": breakdown.output,
            ]
        }
        return fields
    }
}

/// A report in the form that continuous integration servers read.
private enum JUnit {
    static func text(_ outcome: CheckOutcome, file: String) -> String {
        var cases: [(name: String, suite: String, failure: String?)] = []
        switch outcome {
        case .finished(let report):
            cases = report.checks.map {
                ("level \($0.level): \($0.law)", $0.component, $0.passed ? nil : $0.detail)
            }
        case .rejected(let reason): cases = [("it can be used", "library", reason)]
        case .broken(let breakdown): cases = [("it survives", "library", breakdown.line)]
        }
        let failures = cases.count { $0.failure != nil }
        let lines = cases.map { item in
            "  <testcase classname=\"\(item.suite.escapedForMarkup)\" name=\"\(item.name.escapedForMarkup)\""
                + (item.failure.map { "><failure message=\"\($0.escapedForMarkup)\"/></testcase>" } ?? "/>")
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="\(file.escapedForMarkup)" tests="\(cases.count)" failures="\(failures)">
            \(lines.joined(separator: "\n"))
            </testsuite>

            """
    }
}
