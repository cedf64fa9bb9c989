/// Invariant: a core is made by one thread, handed whole to the `Mutex` of its `NeuralDenoiser`, and used under that lock only;
/// the tensors inside are never shared with anybody else. Under the lock several threads may read the averaged weights at once, as
/// LibTorch allows; each has a graph of its own. The engine's own functions may be called on any thread.
extension NeuralCore: @unchecked Sendable {}
