import Foundation
import GUDCore

extension PluginHost {
    /// The parameter that every plugin's component takes: whether it runs in a process of its own.
    static let isolated = Parameter(
        "isolated", default: false, "Run the plugin in a process of its own: a crash there is an error here.")

    /// Registers a plugin's components; all of them, or none where one's name is taken.
    func register(_ record: PluginRecord, in registry: inout Registry) throws {
        guard let description = record.description, let provider = record.provider else { return }
        let code = PluginCode(record, description, program: options.program)
        var extended = registry
        for component in description.components {
            let descriptor = Descriptor(
                name: component.name, summary: component.summary,
                schema: try component.schema().adding([Self.isolated.specification]))
            let name = component.name
            switch component.kind {
            case "basis":
                try extended.register(
                    BasisFactory(descriptor) { try code.opened($0).makeBasis(name, $0, $1) }, as: .basis,
                    provider: provider)
            case "schedule":
                try extended.register(
                    ScheduleFactory(descriptor) { try code.opened($0).makeSchedule(name, $0, $1) }, as: .schedule,
                    provider: provider)
            case "denoiser":
                try extended.register(
                    DenoiserFactory(descriptor) { try code.opened($0).makeDenoiser(name, $0, $1) }, as: .denoiser,
                    provider: provider)
            default:
                try extended.register(
                    ConditionerFactory(descriptor) { try code.opened($0).makeConditioner(name, $0, classCount: $1) },
                    as: .conditioner, provider: provider)
            }
        }
        registry = extended
    }
}
