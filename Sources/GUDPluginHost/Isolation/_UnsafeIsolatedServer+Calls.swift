import GUDCore

/// The calls with arrays.
///
/// Invariant: counts and offsets come from the host, which is trusted; the arena is checked to hold them.
extension IsolatedServer {
    /// A basis applied to what the arena holds.
    func transform(_ frame: WireFrame) throws {
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

    /// A prediction, or a vector–Jacobian product, of what the arena holds.
    func predict(_ frame: WireFrame) throws {
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

    /// What a conditioner makes of a request.
    func condition(_ payload: WirePayload) throws -> (WireFrame, SharedMemory?) {
        let wire = try payload.description(as: WireRequest.self)
        let conditioner = try object(wire.object, as: (any Conditioner).self)
        var request = ConditionRequest(classIndex: wire.classIndex, guidance: try Guidance(scale: wire.guidance))
        if let observed = wire.observed, let mask = wire.mask {
            request.observed = Observation(
                try payload.array(observed), mask: try payload.array(mask, as: UInt8.self).map { $0 != 0 })
        }
        let made = try conditioner.condition(request, in: try payload.space(wire.space, transform: hostSpaces.apply))
        var result = try WirePayload(0)
        let wireCondition = WireCondition(
            embedding: made.embedding.map { result.append($0) }, guidance: made.guidance.scale,
            mask: made.given.map { result.append($0.mask.map { $0 ? UInt8(1) : 0 }) },
            values: made.given.map { result.append($0.values) })
        return try answer(wireCondition, result)
    }
}
