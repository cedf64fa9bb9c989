import ConformanceCheckers
import Foundation
import GUDCore

/// Tries the components of a plugin, level by level, and keeps what came of it.
///
/// Runs in a process that may die: whoever started it is told what comes next, so that it knows what a crash
/// interrupted.
final class Trial {
    /// The plugin.
    let plugin: any OpenedPlugin
    /// How far to go.
    let level: ValidationLevel
    /// Seeds everything random.
    let seed: UInt64
    /// What came of it so far.
    private(set) var report: ValidationReport
    private let tellStage: (String) -> Void

    init(_ plugin: any OpenedPlugin, level: ValidationLevel, seed: UInt64, stage: @escaping (String) -> Void) {
        self.plugin = plugin
        self.level = level
        self.seed = seed
        tellStage = stage
        report = ValidationReport(description: plugin.description, level: level.number, seed: seed)
        report.notes = plugin.description.notes
    }

    /// Tries every component.
    func run() {
        note("library", 1, "it loads, and its tables and schemas can be read", nil)
        guard level.number >= 2 else { return }
        if plugin.description.components.isEmpty {
            note("library", 2, "it brings components", "there are none of a kind that this program knows")
        }
        for component in plugin.description.components {
            do {
                let schema = try component.schema()
                let variants = try ParameterVariants(schema)
                switch component.kind {
                case "basis": BasisTrial(trial: self, component: component, variants: variants).run()
                case "schedule": ScheduleTrial(trial: self, component: component, variants: variants).run()
                case "denoiser": DenoiserTrial(trial: self, component: component, variants: variants).run()
                default: ConditionerTrial(trial: self, component: component, variants: variants).run()
                }
            } catch {
                note(component.place, 2, "its default parameters are valid", "\(error)")
            }
        }
    }

    /// Tells what comes next.
    func stage(_ component: PluginDescription.Component, _ text: String) { tellStage("\(component.place): \(text)") }

    /// Whether a level is called for.
    func wants(_ level: Int) -> Bool { self.level.number >= level }

    /// Keeps a check; it passes where there is no failure.
    func note(_ component: String, _ level: Int, _ law: String, _ failure: String?) {
        report.checks.append(
            .init(component: component, level: level, law: law, passed: failure == nil, detail: failure ?? ""))
    }

    /// Keeps the findings of laws.
    func note(_ component: PluginDescription.Component, _ level: Int, _ findings: [Finding], _ place: String) {
        report.checks += findings.map { .init($0, component: component.place, level: level, place: place) }
    }

    /// Runs something that may throw as one check.
    ///
    /// - Returns: The value, or `nil` where it threw, which is kept as a failure.
    func attempt<Value>(
        _ component: PluginDescription.Component, _ level: Int, _ law: String, _ body: () throws -> Value
    ) -> Value? {
        do {
            return try body()
        } catch {
            note(component.place, level, law, "\(error)")
            return nil
        }
    }

    /// The memory that the process occupies, in bytes.
    static func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
    }

    /// Makes and ends an object a thousand times: what it keeps then, it has lost.
    func wear(_ component: PluginDescription.Component, _ make: () throws -> Void) {
        stage(component, "a thousand objects")
        let law = "a thousand objects leave no memory behind"
        do {
            for _ in 0..<100 { try make() }
            let before = Self.residentBytes()
            for _ in 0..<1000 { try make() }
            let growth = Self.residentBytes() - before
            // The allocator keeps some pages; an object that loses even a small table grows by more.
            note(component.place, 9, law, growth > 16 << 20 ? "the process grew by \(growth >> 20) MiB" : nil)
        } catch {
            note(component.place, 9, law, "\(error)")
        }
    }
}
