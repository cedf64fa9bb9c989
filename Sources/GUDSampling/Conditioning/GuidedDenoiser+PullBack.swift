import GUDCore

// The pull-back of the combination: with ε̂ = (1 − g) ε̂_∅ + g ε̂_c, component by component,
//
//     (∂ε̂/∂z)ᵀ w = (∂ε̂_c/∂z)ᵀ (g w) + (∂ε̂_∅/∂z)ᵀ ((1 − g) w)
//
// and one of the two where a sample is evaluated once.

extension GuidedDenoiser: DifferentiableDenoiser where Base: DifferentiableDenoiser {
    /// Writes ε̂ and its vector–Jacobian product; takes no embeddings.
    ///
    /// - Complexity: As many pull-backs as ``GuidedDenoiser/evaluations(at:)`` says.
    public func pullBack(
        _ cotangents: Span<Float>, through noised: Span<Float>, states: NoisingStates, embeddings: Embeddings?,
        noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackAll(
            cotangents, directions: 1, through: noised, states: states, embeddings: embeddings, noise: &noise,
            into: &products)
    }

    /// Pulls several cotangents back, with whatever the denoiser offers for that.
    fileprivate func pullBackAll(
        _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
        embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        let batch = try batchCount(
            noised: noised.count, noise: noise.count, cotangents: cotangents.count, products: products.count,
            directions: directions, states: states, embeddings: embeddings)
        let plan = plan(states, batch: batch)
        let size = batch * componentCount
        var isCompared = [Bool](repeating: false, count: batch)
        for row in plan.compared { isCompared[row] = true }
        let first = try base.pullBack(
            (0..<cotangents.count).map { index in
                let (row, component) = (index % size).quotientAndRemainder(dividingBy: componentCount)
                return isCompared[row] ? strengths[component] * cotangents[index] : cotangents[index]
            },
            directions: directions, through: (0..<size).map { noised[$0] }, states: states,
            embeddings: plan.embeddings)
        for index in first.noise.indices { noise[index] = first.noise[index] }
        for index in first.products.indices { products[index] = first.products[index] }
        guard !plan.compared.isEmpty else { return }

        // The rows that are compared, direction by direction.
        let rows = (0..<directions).flatMap { direction in plan.compared.map { direction * batch + $0 } }
        let other = try base.pullBack(
            self.rows(rows, of: cotangents).enumerated().map { (1 - strengths[$0 % componentCount]) * $1 },
            directions: directions, through: self.rows(plan.compared, of: noised),
            states: states.selecting(plan.compared), embeddings: plan.none)
        combine(other.noise, of: plan.compared, into: &noise)
        for (place, row) in rows.enumerated() {
            for component in 0..<componentCount {
                products[row * componentCount + component] += other.products[place * componentCount + component]
            }
        }
    }
}

extension GuidedDenoiser: MultipleCotangentDenoiser where Base: MultipleCotangentDenoiser {
    /// Writes ε̂ and its vector–Jacobian products for several directions; takes no embeddings.
    public func pullBack(
        _ cotangents: Span<Float>, directions: Int, through noised: Span<Float>, states: NoisingStates,
        embeddings: Embeddings?, noise: inout MutableSpan<Float>, into products: inout MutableSpan<Float>
    ) throws(DenoiserError) {
        try pullBackAll(
            cotangents, directions: directions, through: noised, states: states, embeddings: embeddings, noise: &noise,
            into: &products)
    }
}
