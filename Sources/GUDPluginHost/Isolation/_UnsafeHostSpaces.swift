import Foundation
import GUDCore

/// The host's bases, seen from a plugin's process: each call is a message with memory of its own.
///
/// Invariant: the lock is held from a question to its answer, as several threads of the plugin may ask at once.
final class HostSpaces: Sendable {
    private let channel: Int32
    private let asking = NSLock()

    init(channel: Int32) { self.channel = channel }

    /// Asks the host to apply the basis of one of its spaces.
    @Sendable
    func apply(
        _ kind: WireFrame.Kind, _ space: Int, _ batch: Int, _ source: Span<Float>, _ result: inout MutableSpan<Float>
    ) throws(WireError) {
        let offset = (4 * source.count + 63) / 64 * 64
        let memory = try SharedMemory(count: offset + 4 * result.count)
        let sent = memory.scalars(at: 0, count: source.count, as: Float.self)
        for index in 0..<source.count { sent[index] = source[index] }
        asking.lock()
        defer { asking.unlock() }
        try WireFrame(kind, space, batch, offset).send(to: channel, descriptor: memory.descriptor)
        guard let (frame, _) = try WireFrame.receive(from: channel) else { throw WireError("the host is gone") }
        guard frame.kind == .done else { throw WireError(frame.text) }
        let received = memory.scalars(at: offset, count: result.count, as: Float.self)
        for index in 0..<result.count { result[index] = received[index] }
    }
}
