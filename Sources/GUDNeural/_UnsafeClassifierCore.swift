/// Invariant: a core is made by one thread, handed whole to the `Mutex` of its `ImageClassifier`, and used under that lock only;
/// the tensors inside are never shared with anybody else. The engine's own functions may be called on any thread.
extension ClassifierCore: @unchecked Sendable {}
