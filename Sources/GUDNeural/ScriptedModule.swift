import GUDCore

/// A network that was scripted or traced in PyTorch: a TorchScript file, run by the tensor engine in evaluation mode.
public final class ScriptedModule: Sendable {
    /// The file.
    public let path: String
    /// The text that the file keeps under the name that was asked for; `nil` where it has none.
    public let note: String?

    private let module: ModuleHandle
    private let device: Device

    /// One result of the network.
    public struct Output: Sendable, Equatable {
        /// Its axes, the batch first.
        public let axes: [Int]
        /// Its scalars in row-major order.
        public let values: [Float]
    }

    /// Loads a file.
    ///
    /// A file is a program: load none that you do not trust.
    ///
    /// - Parameters:
    ///   - noteName: The name of a text inside the file, as `torch.jit.save(…, _extra_files={name: text})` keeps it.
    ///   - device: Where it computes.
    /// - Throws: ``EngineError`` with the engine's own words where it is no TorchScript.
    public init(contentsOf path: String, noteName: String, device: String = "cpu") throws(EngineError) {
        let engine = try TensorEngine.shared()
        self.device = try Device(device, in: engine)
        self.path = path
        (module, note) = try ModuleHandle.load(path, noteName: noteName, on: self.device, engine: engine)
    }

    /// Runs the network on images.
    ///
    /// - Parameters:
    ///   - images: Row-major `[batch, height, width, channels]`.
    ///   - axes: Those four extents.
    ///   - size: Another height and width to bring them to first: bilinear, averaging where they become smaller.
    ///   - scale: Every scalar *x* becomes `scale · x + offset` before.
    /// - Returns: What `forward` returns for `[batch, channels, height, width]`: one output, or each of a tuple or list.
    public func outputs(
        of images: [Float], axes: [Int], resizedTo size: (height: Int, width: Int)? = nil, scale: Double = 1,
        offset: Double = 0
    ) throws(EngineError) -> [Output] {
        let engine = module.engine
        let (height, width) = size ?? (axes[1], axes[2])
        return try engine.withThreads(dimension: height * width * axes[3]) { () throws(EngineError) in
            try engine.withInference { () throws(EngineError) in
                var input = try Tensor(images.span, axes: axes, on: device, engine: engine).permuted([0, 3, 1, 2])
                if let size { input = try input.resized(height: size.height, width: size.width) }
                if scale != 1 { input = try input * scale }
                if offset != 0 {
                    input = try input + (try Tensor(repeating: offset, axes: [1], on: device, engine: engine))
                }
                var outputs: [Output] = []
                for tensor in try module.forward(input) {
                    outputs.append(Output(axes: tensor.axes, values: try tensor.values()))
                }
                return outputs
            }
        }
    }
}
