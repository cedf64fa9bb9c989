import Synchronization

/// Numbers gathered from a closure that may run anywhere.
final class Collected: Sendable {
    private let storage = Mutex<[Float]>([])

    /// What has been gathered so far, in order.
    var values: [Float] { storage.withLock { $0 } }

    /// Adds numbers at the end.
    func append(_ values: [Float]) { storage.withLock { $0 += values } }
}
