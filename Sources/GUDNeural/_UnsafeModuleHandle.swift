import CTensorEngine

/// A loaded TorchScript module.
///
/// Invariant: the handle comes from `module_load`, is released once, when nobody holds this object any more, and never leaves it.
/// It is never changed after loading, and the engine's functions may be called on any thread.
final class ModuleHandle: @unchecked Sendable {
    let engine: TensorEngine
    private let handle: gud_module

    private init(_ handle: gud_module, _ engine: TensorEngine) {
        self.handle = handle
        self.engine = engine
    }

    deinit { engine.functions.module_release(handle) }

    /// Loads a file, and the text that it keeps under a name.
    ///
    /// The engine calls back during the load alone, with a text that is copied at once.
    static func load(
        _ path: String, noteName: String, on device: Device, engine: TensorEngine
    ) throws(EngineError) -> (module: ModuleHandle, note: String?) {
        var note: String?
        let handle = withUnsafeMutablePointer(to: &note) { note in
            engine.functions.module_load(
                path, device.raw, noteName,
                { context, text, size in
                    guard let text else { return }
                    let bytes = UnsafeRawBufferPointer(start: text, count: size)
                    context?.assumingMemoryBound(to: String?.self).pointee = String(decoding: bytes, as: UTF8.self)
                }, UnsafeMutableRawPointer(note))
        }
        guard let handle else { throw engine.lastError }
        return (ModuleHandle(handle, engine), note)
    }

    /// The results of `forward` on one tensor; at most eight.
    func forward(_ input: Tensor) throws(EngineError) -> [Tensor] {
        let capacity = 8
        let handles = try withUnsafeTemporaryAllocation(of: gud_tensor?.self, capacity: capacity) {
            buffer throws(EngineError) in
            buffer.initialize(repeating: nil)
            let count = engine.functions.module_forward(handle, input.handle, buffer.baseAddress, Int32(capacity))
            guard count >= 0 else { throw engine.lastError }
            return Array(buffer.prefix(min(Int(count), capacity)))
        }
        var results: [Tensor] = []
        for handle in handles { results.append(try Tensor(handle, engine)) }
        return results
    }
}
