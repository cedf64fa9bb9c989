import CPluginSystem
import Foundation
import GUDCore

/// A child process that runs a plugin's code: this very program, or the one that was named, in a process group of its
/// own.
///
/// Invariant: the process is reaped exactly once; descriptors belong to this object until they are closed in `deinit`.
final class WorkerProcess: @unchecked Sendable {
    /// How the process ended.
    enum End: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// This process' end of the channel; the child's is its descriptor 3.
    let channel: Int32
    private let output: Int32
    private let pid: pid_t
    /// The variable by which the process and all that comes of it is found.
    private let mark: String
    private var end: End?
    private var said: [UInt8] = []
    private var isSilent = false

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - program: The program; it must know the command `plugin-worker`.
    ///   - arguments: What comes after the command.
    /// - Throws: ``PluginError/worker(program:reason:)``.
    init(program: String, arguments: [String]) throws(PluginError) {
        func failure(_ number: Int32) -> PluginError {
            .worker(program: program, reason: String(cString: strerror(number)))
        }
        let closing = Int32(SOCK_CLOEXEC.rawValue)
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | closing, 0, &sockets) == 0 else {
            throw failure(errno)
        }
        var pipes: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | closing, 0, &pipes) == 0 else {
            let number = errno
            for descriptor in sockets { close(descriptor) }
            throw failure(number)
        }
        var pid: pid_t = 0
        let mark = "GUD_PLUGIN_WORKER=\(UUID().uuidString)"
        let result = Self.withStrings([program, "plugin-worker"] + arguments) { arguments in
            Self.withStrings([mark] + Self.environment()) { environment in
                gud_spawn(program, arguments, environment, sockets[1], pipes[1], &pid)
            }
        }
        close(sockets[1])
        close(pipes[1])
        guard result == 0 else {
            close(sockets[0])
            close(pipes[0])
            throw failure(result)
        }
        self.mark = mark
        channel = sockets[0]
        output = pipes[0]
        self.pid = pid
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    deinit {
        kill()
        close(channel)
        close(output)
    }

    /// Ends the process and everything that came of it.
    func kill() {
        guard end == nil else { return }
        Glibc.kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        note(status)
    }

    /// Waits until there is something to receive from the channel, or its end; takes in what the process says
    /// meanwhile.
    func waitForMessage(milliseconds: Int32) -> Bool {
        if gud_is_there_soon(channel) != 0 { return true }
        let deadline = Date().addingTimeInterval(Double(milliseconds) / 1000)
        repeat {
            let left = max(0, deadline.timeIntervalSinceNow * 1000)
            let ready = gud_wait_for_either(channel, isSilent ? -1 : output, Int32(left.rounded(.up)))
            if ready & 2 != 0 { drain() }
            if ready & 1 != 0 { return true }
        } while Date() < deadline
        return false
    }

    /// Sends the process a signal, where it is still there.
    func signal(_ number: Int32) {
        if poll() == nil { Glibc.kill(pid, number) }
    }

    /// How the process ended, where it has.
    func poll() -> End? {
        if let end { return end }
        var status: Int32 = 0
        let found = waitpid(pid, &status, WNOHANG)
        // A program that ignores SIGCHLD, as its parent may have had it do, is not told how: then what was sent must do.
        guard found == pid || (found < 0 && errno == ECHILD) else { return nil }
        note(status)
        return end
    }

    /// Waits for the process to end.
    ///
    /// - Returns: `nil` where it still runs when the time is up.
    func wait(seconds: Double) -> End? {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            if let end = poll() { return end }
            drain()
            usleep(1000)
        }
        return poll()
    }

    /// The last words of the process on its standard output and error, in one line.
    func lastWords() -> String {
        drain()
        let text = String(decoding: said.suffix(2000), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        return String(lines.suffix(4).joined(separator: "; ").suffix(400)).printable
    }

    /// Takes in what the process said, so that it never waits for a reader.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        // Whoever never stops talking is listened to for a while.
        for _ in 0..<256 {
            let count = read(output, &buffer, buffer.count)
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { isSilent = true }
            guard count > 0 else { return }
            said += buffer[0..<count]
            if said.count > 64 << 10 { said.removeFirst(said.count - 32 << 10) }
        }
    }

    private func note(_ status: Int32) {
        // What the plugin left behind goes too: what is in the group, and what made a session of its own.
        Glibc.kill(-pid, SIGKILL)
        _ = gud_kill_marked(mark)
        let signal = status & 0x7F
        end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    /// The environment without what would change how the plugin runs, or make the runtime print pages on a crash.
    private static func environment() -> [String] {
        var variables = ProcessInfo.processInfo.environment
        for name in ["LD_PRELOAD", "LD_AUDIT", "GUD_PLUGIN_PATH", "GUD_PLUGIN_WORKER"] { variables[name] = nil }
        variables["SWIFT_BACKTRACE"] = "enable=no"
        return variables.map { "\($0.key)=\($0.value)" }
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            // An array with its closing nil is never empty.
            body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }
}
