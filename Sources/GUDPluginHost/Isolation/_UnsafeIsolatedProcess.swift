import CPluginSystem
import Foundation
import GUDCore

/// A plugin's process: one call at a time over a channel, with arrays in shared memory.
///
/// Invariant: the lock is held from a request to its answer, so that the arena belongs to one call.
final class IsolatedProcess: @unchecked Sendable {
    /// The plugin's id, for messages.
    let plugin: String
    private let worker: WorkerProcess
    private let lock = NSRecursiveLock()
    private var arena: SharedMemory?
    /// The spaces that the plugin may ask for.
    let spaces = IsolatedSpaces()
    private var ended: PluginError?

    /// Starts a process and opens the plugin in it.
    ///
    /// - Throws: ``PluginError``.
    init(
        program: String, kind: PluginCandidate.Kind, file: String, name: String, plugin: String
    ) throws(PluginError) {
        self.plugin = plugin
        worker = try WorkerProcess(
            program: program, arguments: ["serve", kind == .library ? "library" : "manifest", file, name])
        try acknowledge("opening the library")
    }

    /// Whether the process is gone.
    var hasEnded: Bool {
        lock.lock()
        defer { lock.unlock() }
        return ended != nil
    }

    /// Asks for something, with arrays in the arena.
    ///
    /// - Parameters:
    ///   - size: Bytes that the arena must have.
    ///   - doing: What is asked, for messages.
    ///   - fill: Writes the arena before.
    ///   - read: Reads it after.
    func call<Result>(
        _ frame: WireFrame, size: Int, doing: String, fill: (SharedMemory) -> Void, read: (SharedMemory) -> Result
    ) throws(PluginError) -> Result {
        lock.lock()
        defer { lock.unlock() }
        let memory = try arena(of: size)
        fill(memory)
        try send(frame, doing)
        try acknowledge(doing)
        return read(memory)
    }

    /// Asks for something with a payload, and returns the answer's.
    func ask(_ frame: WireFrame, _ payload: WirePayload? = nil, doing: String) throws -> WirePayload {
        lock.lock()
        defer { lock.unlock() }
        let memory = try payload?.share()
        try send(frame, doing, descriptor: memory?.descriptor ?? -1)
        guard let answer = try answer(to: doing) else { throw failure("does not answer as it should", doing) }
        return try WirePayload(descriptor: answer)
    }

    /// Ends an object; a process that is gone has no objects.
    func destroy(_ object: Int, space: Int?) {
        lock.lock()
        defer { lock.unlock() }
        if let space { spaces.release(space) }
        guard ended == nil else { return }
        try? send(WireFrame(.destroy, object), "the end of an object")
        try? acknowledge("the end of an object")
    }

    private func arena(of size: Int) throws(PluginError) -> SharedMemory {
        if let arena, arena.count >= size { return arena }
        do {
            // Half as much again, so that growing batches do not make new memory each time.
            let memory = try SharedMemory(count: (size + size / 2 + 4095) / 4096 * 4096)
            try send(WireFrame(.map), "sharing memory", descriptor: memory.descriptor)
            try acknowledge("sharing memory")
            arena = memory
            return memory
        } catch let error as PluginError {
            throw error
        } catch {
            throw failure("\(error)", "sharing memory")
        }
    }

    private func send(_ frame: WireFrame, _ doing: String, descriptor: Int32 = -1) throws(PluginError) {
        if let ended { throw ended }
        do {
            try frame.send(to: worker.channel, descriptor: descriptor)
        } catch {
            throw end(doing)
        }
    }

    /// Waits for an answer that brings nothing.
    private func acknowledge(_ doing: String) throws(PluginError) {
        if let descriptor = try answer(to: doing) { close(descriptor) }
    }

    /// Waits for the answer, and meanwhile does what the plugin asks for.
    ///
    /// - Returns: The descriptor that came with it, where one did.
    private func answer(to doing: String) throws(PluginError) -> Int32? {
        var patience: Date?
        while true {
            let received: (frame: WireFrame, descriptor: Int32)?
            do {
                while !worker.waitForMessage(milliseconds: 250) {
                    // The process is gone, with a grandchild that holds the channel open.
                    guard worker.poll() == nil else { throw end(doing) }
                    guard HostServices.isCancelled else { continue }
                    if patience == nil { worker.signal(SIGUSR1) }
                    let since = patience ?? Date()
                    patience = since
                    guard Date().timeIntervalSince(since) < 10 else {
                        throw WireError("did not come back within 10 s after it was asked to stop")
                    }
                }
                received = try WireFrame.receive(from: worker.channel)
            } catch let error as PluginError {
                throw error
            } catch {
                worker.kill()
                throw failure("\(error)", doing)
            }
            guard let (frame, descriptor) = received else { throw end(doing) }
            switch frame.kind {
            case .done: return descriptor >= 0 ? descriptor : nil
            case .failed:
                if descriptor >= 0 { close(descriptor) }
                throw .isolated(message: frame.text, isRequest: frame.integer(0) == 1)
            case .log:
                if descriptor >= 0 { close(descriptor) }
                HostServices.log(frame.text, of: plugin)
            case .spaceForward, .spaceInverse:
                let reply = spaces.apply(frame, descriptor)
                do {
                    try reply.send(to: worker.channel)
                } catch {
                    throw end(doing)
                }
            default:
                if descriptor >= 0 { close(descriptor) }
                worker.kill()
                throw failure("sent what it must not send", doing)
            }
        }
    }

    /// The process is gone: how, and with what last words.
    private func end(_ doing: String) -> PluginError {
        let how =
            switch worker.wait(seconds: 2) {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "ended with \(CheckOutcome.Breakdown.name(of: signal))"
            case nil: "closed the host's channel"
            }
        worker.kill()
        let words = worker.lastWords()
        return failure("\(how) during \(doing)" + (words.isEmpty ? "" : "; it said: \(words)"), nil)
    }

    private func failure(_ reason: String, _ doing: String?) -> PluginError {
        let error = PluginError.process(plugin: plugin, reason: reason + (doing.map { " (\($0))" } ?? ""))
        ended = ended ?? error
        return error
    }
}
