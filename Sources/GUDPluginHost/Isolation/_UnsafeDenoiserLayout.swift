import GUDCore

/// Where the arrays of a denoiser's call lie in shared memory; both sides work it out from the same counts.
///
/// Invariant: arrays lie one after the other, each from a multiple of 64 on.
struct DenoiserLayout {
    let batch: Int
    let components: Int
    let states: Int
    let embeddingWidth: Int

    /// Scalars of a batch.
    let count: Int
    let noised: Int
    let noise: Int
    let cotangents: Int
    let products: Int
    private let embeddings: Int
    private let stateStart: Int
    /// Bytes in all.
    let size: Int

    init(batch: Int, components: Int, states: Int, embeddingWidth: Int, isPullBack: Bool) {
        (self.batch, self.components, self.states, self.embeddingWidth) = (batch, components, states, embeddingWidth)
        count = batch * components
        var offset = 0
        func place(_ bytes: Int) -> Int {
            defer { offset = (offset + bytes + 63) / 64 * 64 }
            return offset
        }
        noised = place(4 * count)
        noise = place(4 * count)
        cotangents = place(isPullBack ? 4 * count : 0)
        products = place(isPullBack ? 4 * count : 0)
        embeddings = place(4 * batch * embeddingWidth)
        stateStart = place(8 * states * (1 + 2 * components))
        size = offset
    }

    /// Writes times, γ and γ̇; everything else derives from them, to the same bits on both sides.
    func write(_ states: NoisingStates, to memory: SharedMemory) {
        let all: [NoisingState] =
            switch states {
            case .shared(let state): [state]
            case .perSample(let states): states
            }
        let numbers = memory.scalars(at: stateStart, count: self.states * (1 + 2 * components), as: Double.self)
        var place = 0
        for state in all {
            numbers[place] = state.time
            for index in 0..<components {
                numbers[place + 1 + index] = state.gamma[index]
                numbers[place + 1 + components + index] = state.gammaRate[index]
            }
            place += 1 + 2 * components
        }
    }

    /// The states that were written.
    func readStates(_ memory: SharedMemory) -> NoisingStates {
        let numbers = memory.scalars(at: stateStart, count: states * (1 + 2 * components), as: Double.self)
        let all = (0..<states).map { state in
            let place = state * (1 + 2 * components)
            return NoisingState(
                time: numbers[place], gamma: Array(numbers[place + 1..<place + 1 + components]),
                gammaRate: Array(numbers[place + 1 + components..<place + 1 + 2 * components]))
        }
        return all.count == 1 ? .shared(all[0]) : .perSample(all)
    }

    /// Writes embeddings.
    func write(_ embeddings: Embeddings?, to memory: SharedMemory) {
        guard let embeddings else { return }
        _ = memory.scalars(at: self.embeddings, count: batch * embeddingWidth, as: Float.self)
            .update(from: embeddings.values)
    }

    /// The embeddings that were written.
    func readEmbeddings(_ memory: SharedMemory) -> Embeddings? {
        guard embeddingWidth > 0 else { return nil }
        return Embeddings(
            width: embeddingWidth,
            values: Array(memory.scalars(at: embeddings, count: batch * embeddingWidth, as: Float.self)))
    }
}
