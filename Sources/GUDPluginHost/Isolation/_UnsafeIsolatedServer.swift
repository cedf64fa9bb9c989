import CPluginSystem
import Foundation
import GUDCore
import Synchronization

/// The plugin's side of isolation: makes objects, and answers one call after the other until the host goes away.
///
/// Invariants: one thread serves; the arena is the host's and is touched only between a request and its answer; offsets
/// come from the host, which is trusted.
final class IsolatedServer: @unchecked Sendable {
    private let plugin: any OpenedPlugin
    private let channel = PluginWorker.channel
    private var arena: SharedMemory?
    private var objects: [Int: any Sendable] = [:]
    private var nextNumber = 1
    /// The bases that stayed with the host.
    let hostSpaces = HostSpaces(channel: PluginWorker.channel)
    private static let isCancelled = Atomic(false)

    private init(_ plugin: any OpenedPlugin) { self.plugin = plugin }

    /// Opens a plugin and serves it to the end.
    static func run(_ kind: PluginCandidate.Kind, file: String, name: String) -> Never {
        gud_confine(0, 0)
        isCancelled.store(false, ordering: .relaxed)
        signal(SIGUSR1) { _ in IsolatedServer.isCancelled.store(true, ordering: .relaxed) }
        // Ctrl-C at the terminal is for the host, which then says what to do.
        signal(SIGINT, SIG_IGN)
        HostServices.setCancellation { isCancelled.load(ordering: .relaxed) }
        HostServices.setLog { _, text in try? WireFrame(.log, text: text).send(to: PluginWorker.channel) }
        do {
            let server = IsolatedServer(try PluginWorker.open(kind, file: file, name: name))
            try WireFrame(.done).send(to: PluginWorker.channel)
            try server.serve()
        } catch {
            PluginWorker.sayWhetherChannelIsGone()
            try? WireFrame(.failed, [0], text: "\(error)").send(to: PluginWorker.channel)
        }
        _ = gud_kill_descendants()
        _exit(0)
    }

    private func serve() throws {
        while let (frame, descriptor) = try WireFrame.receive(from: channel) {
            do {
                let (answer, payload) = try respond(frame, descriptor)
                try answer.send(to: channel, descriptor: payload?.descriptor ?? -1)
            } catch {
                let isRequest = (error as? any GUDError)?.blame == .request
                let status = if case PluginError.creation(_, _, let status, _) = error { status } else { Int32(0) }
                try WireFrame(
                    .failed, [isRequest ? 1 : 0, UInt64(bitPattern: Int64(status))], text: "\(error)"
                ).send(to: channel)
            }
        }
    }

    private func respond(_ frame: WireFrame, _ descriptor: Int32) throws -> (WireFrame, SharedMemory?) {
        switch frame.kind {
        case .map:
            arena = try SharedMemory(descriptor: descriptor)
            return (WireFrame(.done), nil)
        case .create: return try create(WirePayload(descriptor: descriptor))
        case .destroy:
            objects[frame.integer(0)] = nil
            return (WireFrame(.done), nil)
        case .forward, .inverse:
            try transform(frame)
            return (WireFrame(.done), nil)
        case .gamma, .gammaRate:
            let schedule = try object(frame.integer(0), as: (any NoiseSchedule).self)
            var row = try memory().scalars(at: 0, count: schedule.componentCount, as: Double.self).mutableSpan
            let time = Double(bitPattern: frame.numbers[1])
            if frame.kind == .gamma {
                try schedule.gamma(at: time, into: &row)
            } else {
                try schedule.gammaRate(at: time, into: &row)
            }
            return (WireFrame(.done), nil)
        case .member:
            let family = try object(frame.integer(0), as: (any ScheduleFamily).self)
            return try keep(family.member(at: Double(bitPattern: frame.numbers[1])))
        case .predict, .pullBack:
            try predict(frame)
            return (WireFrame(.done), nil)
        case .state:
            var payload = try WirePayload(0)
            let denoiser = try object(frame.integer(0), as: (any FittedDenoiser).self)
            let arrays = payload.append(try denoiser.state)
            return try answer(WireObject(number: 0, state: arrays), payload)
        case .condition: return try condition(WirePayload(descriptor: descriptor))
        case .done, .failed, .spaceForward, .spaceInverse, .log:
            throw WireError("the host asked for something that only a plugin asks for")
        }
    }

    private func create(_ payload: WirePayload) throws -> (WireFrame, SharedMemory?) {
        let wire = try payload.description(as: WireCreation.self)
        guard
            let component = plugin.description.components.first(where: { $0.kind == wire.kind && $0.name == wire.name })
        else { throw WireError("\(wire.kind)/\(wire.name) is not in the plugin") }
        let schema = try component.schema()
        let parameters = try schema.resolve(schema.values(of: wire.parameters), at: wire.kind)
        let fitting: [Float]? = try wire.fitting.map { try payload.array($0) }
        let state = try wire.state.map { try payload.state($0) }
        switch wire.kind {
        case "basis":
            guard let shape = SampleShape(axes: wire.axes) else { throw WireError("samples of shape \(wire.axes)") }
            return try keep(
                plugin.makeBasis(
                    wire.name, parameters,
                    BasisContext(shape: shape, fitting: fitting, state: state, registry: Registry())))
        case "schedule":
            return try keep(
                plugin.makeSchedule(
                    wire.name, parameters,
                    ScheduleContext(
                        componentCount: wire.count, variances: try payload.array(wire.variances),
                        dataVariances: try payload.array(wire.dataVariances), labels: try payload.labels(wire.labels))))
        case "denoiser":
            guard let space = wire.space else { throw WireError("a denoiser without a space") }
            return try keep(
                plugin.makeDenoiser(
                    wire.name, parameters,
                    DenoiserContext(
                        space: try payload.space(space, transform: hostSpaces.apply), fitting: fitting, state: state,
                        embeddingWidth: wire.embeddingWidth, seed: wire.seed, device: wire.device)))
        default:
            return try keep(plugin.makeConditioner(wire.name, parameters, classCount: wire.classCount))
        }
    }

    /// Keeps an object, and says what it is.
    private func keep(_ made: any Sendable) throws -> (WireFrame, SharedMemory?) {
        var wire = WireObject(number: nextNumber)
        var payload = try WirePayload(0)
        switch made {
        case let basis as any Basis:
            wire.components = basis.componentCount
            wire.labels = payload.append { basis.labels($0) }
            if let fitted = basis as? any FittedBasis {
                wire.isFitted = true
                wire.state = payload.append(fitted.state)
            }
        case let schedule as any NoiseSchedule:
            wire.components = schedule.componentCount
            wire.isFamily = schedule is any ScheduleFamily
        case let denoiser as any Denoiser:
            wire.components = denoiser.componentCount
            wire.embeddingWidth = denoiser.embeddingWidth
            wire.isFitted = denoiser is any FittedDenoiser
            wire.isDifferentiable = denoiser is any DifferentiableDenoiser
        case let conditioner as any Conditioner:
            wire.embeddingWidth = conditioner.embeddingWidth
            wire.dropProbability = (conditioner as? any TrainingConditioner)?.dropProbability ?? 0
        default: throw WireError("an object of no known kind")
        }
        objects[nextNumber] = made
        nextNumber += 1
        return try answer(wire, payload)
    }

    func answer(_ description: some Encodable, _ payload: WirePayload) throws -> (WireFrame, SharedMemory?) {
        (WireFrame(.done), try payload.describing(description).share())
    }

    func memory() throws(WireError) -> SharedMemory {
        guard let arena else { throw WireError("the host sent no memory") }
        return arena
    }

    func object<Value>(_ number: Int, as type: Value.Type) throws(WireError) -> Value {
        guard let object = objects[number] as? Value else {
            throw WireError("object \(number) is not what was asked for")
        }
        return object
    }
}
