import GUDCore
import GUDNeural

/// Brings images to what a TorchScript module takes: number and order of channels, size and range.
struct ImagePreparation {
    /// The data's axes: height, width, channels.
    let shape: [Int]
    /// The axes that the module takes.
    private let input: [Int]
    private let range: (low: Double, high: Double)
    private let order: String?

    /// The preparation that a module's statement calls for.
    ///
    /// - Throws: ``ExtractorError/shape(_:takes:data:remedy:)`` where the data do not fit, and may not be made to.
    init(
        _ statement: ScriptedExtractor.Statement, of name: String, for shape: SampleShape, resizes: Bool
    ) throws(ExtractorError) {
        self.shape = shape.axes
        input = statement.input ?? shape.axes
        range = (statement.range?[0] ?? -1, statement.range?[1] ?? 1)
        order = statement.order
        let canFit = input[2] == shape.axes[2] || shape.axes[2] == 1
        guard input == shape.axes || (resizes && canFit) else {
            throw .shape(
                name, takes: input, data: shape,
                remedy: canFit
                    ? "add --resize to bring them to that size"
                    : "choose an extractor for images of \(shape.axes[2]) channels")
        }
    }

    private var isResized: Bool { shape[0] != input[0] || shape[1] != input[1] }

    /// What is done, for people.
    var summary: [String] {
        var parts: [String] = []
        if input[2] != shape[2] { parts.append("grey repeated to \(input[2]) channels") }
        if isResized { parts.append("resized from \(shape[0])×\(shape[1]) to \(input[0])×\(input[1]), bilinear") }
        parts.append("range [\(range.low), \(range.high)]")
        return parts + [order].compactMap { $0 }
    }

    /// One batch through the module.
    ///
    /// - Parameter images: Row-major, whole images of ``shape``, in [-1, 1].
    /// - Returns: The features, `[batch, F]`, and what else the module gives.
    /// - Throws: ``ExtractorError/failed(_:shape:reason:)`` or ``ExtractorError/output(_:axes:count:)``.
    func outputs(of images: [Float], by module: ScriptedModule) throws -> [ScriptedModule.Output] {
        let count = images.count / shape.reduce(1, *)
        let channels = input[2]
        var images = images
        if channels > shape[2] { images = images.flatMap { [Float](repeating: $0, count: channels) } }
        if order == "BGR" {
            images = stride(from: 0, to: images.count, by: channels).flatMap {
                images[$0..<$0 + channels].reversed()
            }
        }
        let outputs: [ScriptedModule.Output]
        do {
            outputs = try module.outputs(
                of: images, axes: [count, shape[0], shape[1], channels],
                resizedTo: isResized ? (input[0], input[1]) : nil, scale: (range.high - range.low) / 2,
                offset: (range.high + range.low) / 2)
        } catch {
            guard case .operation(let reason) = error else { throw error }
            throw ExtractorError.failed(module.path, shape: input, reason: reason)
        }
        guard let first = outputs.first, first.axes.count == 2, first.axes[0] == count, first.axes[1] > 0 else {
            throw ExtractorError.output(module.path, axes: outputs.map(\.axes), count: count)
        }
        return outputs
    }
}
