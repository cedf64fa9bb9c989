import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDNeural
import GUDPipeline
import GUDPluginHost

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what works here, what does not, and what to do about it.",
        discussion: """
            Exits with 1 where something that training needs is missing.

            Example:
              gud doctor
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var plugins: PluginOptions

    func run() throws {
        let checks = [Self.program(), Self.components(), Self.engine(), Self.data(), Self.threads()]
        let found = PluginSurvey(plugins)
        if json {
            var fields = checks.map { ["name": $0.name, "ok": $0.isGood, "detail": $0.detail] as [String: Any] }
            fields.append(found.json)
            try print(JSONText.of(fields))
        } else {
            for check in checks { print("\(check.isGood ? "ok  " : "FAIL") \(check.name): \(check.detail)") }
            for line in found.lines { print(line) }
        }
        if checks.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }

    private struct Check {
        let name: String
        let isGood: Bool
        let detail: String

        init(_ name: String, _ body: () throws -> String) {
            self.name = name
            do {
                detail = try body()
                isGood = true
            } catch {
                detail = "\(error)"
                isGood = false
            }
        }
    }

    private static func program() -> Check {
        Check("program") { "gud \(GUDVersion.current)" }
    }

    private static func components() -> Check {
        Check("components") {
            let registry = try Registry.builtIn()
            return registry.kinds.map { "\(registry.names(of: $0).count) of kind \($0)" }.joined(separator: ", ")
        }
    }

    private static func engine() -> Check {
        Check("tensor engine") {
            let engine = try TensorEngine.shared()
            let devices = ["cpu"] + (0..<engine.cudaDeviceCount).map { "cuda:\($0)" }
            return "LibTorch \(engine.version), devices \(devices.joined(separator: ", ")), "
                + "from \(engine.path)"
        }
    }

    private static func data() -> Check {
        Check("bundled digits") {
            let dataset = try Configuration(["data": .string("digits")], registry: try .builtIn())
                .loadData(try .builtIn())
            return "\(dataset.training.count) + \(dataset.test.count) images of \(dataset.shape)"
        }
    }

    private static func threads() -> Check {
        Check("threads") {
            "\(Parallel.width) of \(Environment.activeProcessorCount) cores (GUD_THREADS sets another number)"
        }
    }
}
