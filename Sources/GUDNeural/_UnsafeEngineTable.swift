import CTensorEngine

/// The function table of a loaded tensor engine.
///
/// Invariant: the pointer comes from `gud_engine_open`, which checks version and size; the library is never closed, so the
/// table lives as long as the process. Its functions may be called on any thread; modes belong to the calling thread.
struct EngineTable: @unchecked Sendable {
    let pointer: UnsafePointer<gud_tensor_engine>

    /// The functions.
    var functions: gud_tensor_engine { pointer.pointee }
}
