import Foundation
import GUDCore

/// A plugin in a process of its own, behind the same interface as one in this process.
///
/// A crash there is an error here. A process takes one call at a time; when it is gone, its objects are, and the next
/// one that is made starts another. Bases have one, all other objects share another: a denoiser or a conditioner waits
/// while the host applies the basis of its space, which may be the same plugin's.
final class IsolatedPlugin: OpenedPlugin, @unchecked Sendable {
    let description: PluginDescription
    private let start: @Sendable () throws(PluginError) -> IsolatedProcess
    private let lock = NSLock()
    private var running: [Place: IsolatedProcess] = [:]

    /// Which of the two processes an object lives in.
    private enum Place {
        case bases, others
    }

    /// - Parameter start: Starts a process.
    init(
        _ description: PluginDescription, start: @escaping @Sendable () throws(PluginError) -> IsolatedProcess
    ) {
        self.description = description
        self.start = start
    }

    func makeBasis(_ name: String, _ parameters: Parameters, _ context: BasisContext) throws -> any Basis {
        try create("basis", name, parameters) { wire, payload, _ in
            wire.axes = context.shape.axes
            wire.fitting = context.fitting.map { payload.append($0) }
            wire.state = context.state.map { payload.append($0) }
        } adopt: { object, wire, payload in
            let wire = try wire.checked(components: 1...context.shape.dimension)
            let labels = try payload.labels(wire.labels)
            guard labels.values.allSatisfy({ $0.count == wire.components }) else {
                throw WireError("it has other counts of labels and of components")
            }
            let state = try wire.state.map { try payload.state($0) }
            guard wire.isFitted, let state else {
                return IsolatedBasis(object, context.shape, wire.components, labels)
            }
            return FittedIsolatedBasis(object, context.shape, wire.components, labels, state: state)
        }
    }

    func makeSchedule(
        _ name: String, _ parameters: Parameters, _ context: ScheduleContext
    ) throws -> any NoiseSchedule {
        try create("schedule", name, parameters) { wire, payload, _ in
            wire.count = context.componentCount
            wire.variances = payload.append(context.variances)
            wire.dataVariances = payload.append(context.dataVariances)
            wire.labels = payload.append { context.labels[$0] }
        } adopt: { object, wire, _ in
            _ = try wire.checked(components: context.componentCount...context.componentCount)
            return wire.isFamily
                ? IsolatedScheduleFamily(object, wire.components) : IsolatedSchedule(object, wire.components)
        }
    }

    func makeDenoiser(_ name: String, _ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        try create("denoiser", name, parameters) { wire, payload, process in
            let number = process.spaces.keep(context.space)
            wire.space = payload.append(context.space, number: number)
            wire.fitting = context.fitting.map { payload.append($0) }
            wire.state = context.state.map { payload.append($0) }
            wire.embeddingWidth = context.embeddingWidth
            wire.seed = context.seed
            wire.device = context.device
        } adopt: { object, wire, _ in
            _ = try wire.checked(components: context.space.componentCount...context.space.componentCount)
            let type: IsolatedDenoiser.Type =
                switch (wire.isFitted, wire.isDifferentiable) {
                case (false, false): IsolatedDenoiser.self
                case (true, false): FittedIsolatedDenoiser.self
                case (false, true): DifferentiableIsolatedDenoiser.self
                case (true, true): FittedDifferentiableIsolatedDenoiser.self
                }
            return type.init(object, wire)
        }
    }

    func makeConditioner(_ name: String, _ parameters: Parameters, classCount: Int) throws -> any Conditioner {
        try create("conditioner", name, parameters) { wire, _, _ in
            wire.classCount = classCount
        } adopt: { object, wire, _ in
            IsolatedConditioner(object, try wire.checked(components: 0...0))
        }
    }

    private func create<Made>(
        _ kind: String, _ name: String, _ parameters: Parameters,
        describe: (inout WireCreation, inout WirePayload, IsolatedProcess) throws -> Void,
        adopt: (IsolatedObject, WireObject, WirePayload) throws -> Made
    ) throws -> Made {
        let process = try process(kind == "basis" ? .bases : .others)
        guard let component = description.components.first(where: { $0.kind == kind && $0.name == name }) else {
            throw PluginError.inconsistent(
                component: "\(kind)/\(name)", plugin: description.id, reason: "is not in the plugin")
        }
        let names = try component.schema().specifications.map(\.name)
        var wire = WireCreation(
            kind: kind, name: name,
            parameters: parameters.values.filter { names.contains($0.key) }.mapValues(JSONValue.init))
        var payload = try WirePayload(0)
        try describe(&wire, &payload, process)
        let answer: WirePayload
        do {
            answer = try process.ask(
                WireFrame(.create), try payload.describing(wire), doing: "making \(component.place)")
        } catch {
            if let space = wire.space { process.spaces.release(space.number) }
            throw error
        }
        do {
            let object = try answer.description(as: WireObject.self)
            return try adopt(
                IsolatedObject(process, object.number, component.place, space: wire.space?.number), object, answer)
        } catch let error as any GUDError {
            throw error
        } catch {
            if let space = wire.space { process.spaces.release(space.number) }
            throw PluginError.process(
                plugin: description.id, reason: "does not answer as it should (making \(component.place)): \(error)")
        }
    }

    /// The running process, or a new one where there is none or it is gone.
    private func process(_ place: Place) throws(PluginError) -> IsolatedProcess {
        lock.lock()
        defer { lock.unlock() }
        if let process = running[place], !process.hasEnded { return process }
        let process = try start()
        running[place] = process
        return process
    }
}

/// An object in a plugin's process.
final class IsolatedObject: Sendable {
    let process: IsolatedProcess
    let number: Int
    /// The kind and name of its component.
    let component: String
    private let space: Int?

    init(_ process: IsolatedProcess, _ number: Int, _ component: String, space: Int? = nil) {
        (self.process, self.number, self.component, self.space) = (process, number, component, space)
    }

    deinit { process.destroy(number, space: space) }
}
