import GUDCore

/// A plugin whose code is at hand in this process: it makes objects of its components.
///
/// What is behind it is a library with tables, or a manifest that binds functions of a foreign library.
protocol OpenedPlugin: Sendable {
    /// What the plugin says of itself.
    var description: PluginDescription { get }

    /// Makes a basis.
    func makeBasis(_ name: String, _ parameters: Parameters, _ context: BasisContext) throws -> any Basis

    /// Makes a schedule.
    func makeSchedule(_ name: String, _ parameters: Parameters, _ context: ScheduleContext) throws -> any NoiseSchedule

    /// Makes a denoiser.
    func makeDenoiser(_ name: String, _ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser

    /// Makes a conditioner.
    func makeConditioner(_ name: String, _ parameters: Parameters, classCount: Int) throws -> any Conditioner
}

extension LoadedPlugin: OpenedPlugin {
    func makeBasis(_ name: String, _ parameters: Parameters, _ context: BasisContext) throws -> any Basis {
        let component = try component("basis", name)
        return try PluginBasis.make(component, of: self, try box(parameters, component), context)
    }

    func makeSchedule(
        _ name: String, _ parameters: Parameters, _ context: ScheduleContext
    ) throws -> any NoiseSchedule {
        let component = try component("schedule", name)
        return try PluginSchedule.make(component, of: self, try box(parameters, component), context)
    }

    func makeDenoiser(_ name: String, _ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        let component = try component("denoiser", name)
        return try PluginDenoiser.make(component, of: self, try box(parameters, component), context)
    }

    func makeConditioner(_ name: String, _ parameters: Parameters, classCount: Int) throws -> any Conditioner {
        let component = try component("conditioner", name)
        return try PluginConditioner(component, of: self, try box(parameters, component), classCount: classCount)
    }

    private func box(_ parameters: Parameters, _ component: Component) throws -> ParameterBox {
        try ParameterBox(parameters, schema: try component.description.schema())
    }
}

extension PluginDescription.Component {
    /// The kind and name: `basis/walsh`.
    var place: String { "\(kind)/\(name)" }

    /// The parameters that the plugin declares.
    public func schema() throws(SchemaError) -> ParameterSchema { try ParameterSchema(json: parameters) }
}
