import CPluginSystem
import Foundation
import GUDCore
import Synchronization

/// The plugin's side of isolation: makes objects, and answers one call after the other until the host goes away.
///
/// Invariants: one thread serves; the arena is the host's and is touched only between a request and its answer; offsets come from the
/// host, which is trusted.
final class IsolatedServer: @unchecked Sendable {
    private let plugin: any OpenedPlugin
    private let channel = PluginWorker.channel
    private var arena: SharedMemory?
    private var objects: [Int: any Sendable] = [:]
    private var nextNumber = 1
    /// Held while the host is asked for something, as several threads of the plugin may do at once.
    private let asking = NSLock()
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
        case .done, .failed, .spaceForward, .spaceInverse:
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
                        space: try payload.space(space, transform: askHost), fitting: fitting, state: state,
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

    private func answer(_ description: some Encodable, _ payload: WirePayload) throws -> (WireFrame, SharedMemory?) {
        (WireFrame(.done), try payload.describing(description).share())
    }

    private func transform(_ frame: WireFrame) throws {
        let basis = try object(frame.integer(0), as: (any Basis).self)
        let (batch, offset) = (frame.integer(1), frame.integer(2))
        let (rows, columns) =
            frame.kind == .forward
            ? (basis.dimension, basis.componentCount) : (basis.componentCount, basis.dimension)
        let source = try memory().scalars(at: 0, count: batch * rows, as: Float.self)
        var result = try memory().scalars(at: offset, count: batch * columns, as: Float.self).mutableSpan
        if frame.kind == .forward {
            try basis.forward(UnsafeBufferPointer(source).span, into: &result)
        } else {
            try basis.inverse(UnsafeBufferPointer(source).span, into: &result)
        }
    }

    private func predict(_ frame: WireFrame) throws {
        let denoiser = try object(frame.integer(0), as: (any Denoiser).self)
        let layout = DenoiserLayout(
            batch: frame.integer(1), components: denoiser.componentCount, states: frame.integer(2),
            embeddingWidth: frame.integer(3), isPullBack: frame.kind == .pullBack)
        let arena = try memory()
        let states = layout.readStates(arena)
        let embeddings = layout.readEmbeddings(arena)
        let noised = UnsafeBufferPointer(arena.scalars(at: layout.noised, count: layout.count, as: Float.self))
        var noise = arena.scalars(at: layout.noise, count: layout.count, as: Float.self).mutableSpan
        guard frame.kind == .pullBack else {
            return try denoiser.predictNoise(in: noised.span, states: states, embeddings: embeddings, into: &noise)
        }
        guard let differentiable = denoiser as? any DifferentiableDenoiser else {
            throw WireError("the denoiser does not differentiate itself")
        }
        let cotangents = UnsafeBufferPointer(arena.scalars(at: layout.cotangents, count: layout.count, as: Float.self))
        var products = arena.scalars(at: layout.products, count: layout.count, as: Float.self).mutableSpan
        try differentiable.pullBack(
            cotangents.span, through: noised.span, states: states, embeddings: embeddings, noise: &noise,
            into: &products)
    }

    private func condition(_ payload: WirePayload) throws -> (WireFrame, SharedMemory?) {
        let wire = try payload.description(as: WireRequest.self)
        let conditioner = try object(wire.object, as: (any Conditioner).self)
        var request = ConditionRequest(classIndex: wire.classIndex, guidance: wire.guidance)
        if let observed = wire.observed, let mask = wire.mask {
            request.observed = (try payload.array(observed), try payload.array(mask, as: UInt8.self).map { $0 != 0 })
        }
        let made = try conditioner.condition(request, in: try payload.space(wire.space, transform: askHost))
        var result = try WirePayload(0)
        let wireCondition = WireCondition(
            embedding: made.embedding.map { result.append($0) }, guidance: made.guidance,
            mask: made.given.map { result.append($0.mask.map { $0 ? UInt8(1) : 0 }) },
            values: made.given.map { result.append($0.values) })
        return try answer(wireCondition, result)
    }

    /// Asks the host to apply the basis of one of its spaces.
    @Sendable
    private func askHost(
        _ kind: WireFrame.Kind, _ space: Int, _ batch: Int, _ source: Span<Float>, _ result: inout MutableSpan<Float>
    ) throws(WireError) {
        let offset = (4 * source.count + 63) / 64 * 64
        let memory = try SharedMemory(count: offset + 4 * result.count)
        let sent = memory.scalars(at: 0, count: source.count, as: Float.self)
        for index in 0..<source.count { sent[index] = source[index] }
        asking.lock()
        defer { asking.unlock() }
        try WireFrame(kind, space, batch, offset).send(to: channel, descriptor: memory.descriptor)
        guard let (frame, _) = try WireFrame.receive(from: channel) else { throw WireError("the host is gone") }
        guard frame.kind == .done else { throw WireError(frame.text) }
        let received = memory.scalars(at: offset, count: result.count, as: Float.self)
        for index in 0..<result.count { result[index] = received[index] }
    }

    private func memory() throws(WireError) -> SharedMemory {
        guard let arena else { throw WireError("the host sent no memory") }
        return arena
    }

    private func object<Value>(_ number: Int, as type: Value.Type) throws(WireError) -> Value {
        guard let object = objects[number] as? Value else {
            throw WireError("object \(number) is not what was asked for")
        }
        return object
    }
}
