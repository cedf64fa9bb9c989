import GUDCore

/// A residual multilayer perceptron for vectors: dense blocks with the embedding added inside each.
struct MLP: Network {
    private struct Block {
        let first: Linear
        let projection: Linear
        let second: Linear
    }

    private let time: TimeEmbedding
    private let tokens: (NoiseTokens, TokenPooling)?
    private let condition: Linear?
    private let input: Linear
    private let blocks: [Block]
    private let output: Linear
    private let dropout: Double

    /// Builds the network for vectors of `dimension`, with `mapWidth` more numbers of γ or tokens of `groupCount` groups, conditioned on
    /// `embeddingWidth`.
    init(
        _ builder: ParameterBuilder, dimension: Int, mapWidth: Int, groupCount: Int, embeddingWidth: Int, width: Int,
        depth: Int, dropout: Double
    ) throws(EngineError) {
        func linear(_ name: String, _ inputs: Int, _ outputs: Int, zero: Bool = false) throws(EngineError) -> Linear {
            try builder.scope(name) { builder throws(EngineError) in
                try Linear(builder, inputs, outputs, zero: zero)
            }
        }
        time = try TimeEmbedding(builder, features: 64, width: width)
        tokens =
            groupCount == 0
            ? nil
            : (
                try NoiseTokens(builder, count: groupCount),
                try builder.scope("pooling") { builder throws(EngineError) in
                    try TokenPooling(builder, embedding: width, heads: 4)
                }
            )
        condition = embeddingWidth == 0 ? nil : try linear("condition", embeddingWidth, width)
        input = try linear("input", dimension + mapWidth, width)
        var blocks: [Block] = []
        for index in 0..<depth {
            blocks.append(
                Block(
                    first: try linear("block.\(index).0", width, width),
                    projection: try linear("block.\(index).embedding", width, width),
                    second: try linear("block.\(index).1", width, width)))
        }
        self.blocks = blocks
        output = try linear("output", width, dimension, zero: true)
        self.dropout = dropout
    }

    func callAsFunction(_ batch: NetworkInput) throws(EngineError) -> Tensor {
        var embedding = try time(batch.levels)
        if let (tokens, pooling) = tokens, let groups = batch.groups {
            embedding = try pooling(embedding, try tokens(groups))
        }
        if let condition, let given = batch.embedding { embedding = try embedding + (try condition(given)) }
        embedding = try embedding.silu()

        var vectors = batch.samples
        if let map = batch.gammaMap { vectors = try Tensor.concatenated([vectors, map], axis: 1) }
        var hidden = try input(vectors)
        for block in blocks {
            var inner = try block.first(try hidden.silu())
            inner = try (try inner + (try block.projection(embedding))).silu()
            if batch.isTraining { inner = try inner.droppedOut(dropout) }
            hidden = try hidden + (try block.second(inner))
        }
        return try output(try hidden.silu())
    }
}
