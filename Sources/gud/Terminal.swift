import Foundation
import GUDCore
import GUDPipeline
import Synchronization

/// Where messages go: results to standard output, everything else to standard error.
enum Terminal {
    /// Writes a line to standard error.
    static func error(_ line: String) { StandardError.write(line + "\n") }

    /// Writes warnings to standard error.
    static func warn(_ warnings: [String]) { for warning in warnings { error("warning: \(warning)") } }

    /// Whether standard error is a terminal that can show a moving line.
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// Characters in a line of standard output: those of the terminal, else of `COLUMNS`, else 80.
    static var width: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.map { min(max($0, 1), 1000) } ?? 80
    }

    /// Whether standard output shows colours: it is a terminal, and `NO_COLOR` does not forbid it.
    static var showsColor: Bool {
        isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Lines of columns, each as wide as its widest entry; all but the first are right-aligned where `numeric`.
    static func table(_ rows: [[String]], numeric: Bool = false) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, text -> String in
                let space = String(repeating: " ", count: widths[column] - text.count)
                if numeric, column > 0 { return space + text }
                return column == row.count - 1 ? text : text + space
            }
            return cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// Shows progress on standard error: a bar with time left on a terminal, a plain line per milestone elsewhere.
final class TerminalProgress: ProgressReporter {
    private struct State {
        var total = 0
        var start = 0
        var began = Date()
        var lastDraw = Date.distantPast
        var isDrawn = false
    }

    private let state = Mutex(State())

    func note(_ line: String) {
        state.withLock { state in
            clear(&state)
            Terminal.error(line)
        }
    }

    func begin(total: Int, at start: Int) {
        state.withLock { $0 = State(total: total, start: start) }
    }

    func advance(to count: Int, _ status: String, isMilestone: Bool) {
        state.withLock { state in
            let elapsed = Date().timeIntervalSince(state.began)
            let done = count - state.start
            let left = done > 0 ? elapsed / Double(done) * Double(state.total - count) : 0
            if Terminal.isInteractive {
                guard count == state.total || Date().timeIntervalSince(state.lastDraw) > 0.1 else { return }
                let filled = state.total > 0 ? 24 * count / state.total : 0
                let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
                let text = "\r\u{1B}[2K\(bar) \(count)/\(state.total)  \(status)  \(Self.clock(left)) left"
                StandardError.write(text)
                state.lastDraw = Date()
                state.isDrawn = true
            } else if isMilestone, count == state.total || Date().timeIntervalSince(state.lastDraw) > 5 {
                Terminal.error("step \(count)/\(state.total)  \(status)  \(Self.clock(left)) left")
                state.lastDraw = Date()
            }
        }
    }

    func end() {
        state.withLock { state in
            if state.isDrawn { StandardError.write("\n") }
            state.isDrawn = false
        }
    }

    private func clear(_ state: inout State) {
        if state.isDrawn { StandardError.write("\r\u{1B}[2K") }
        state.isDrawn = false
    }

    /// Seconds as `m:ss`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return String(format: "%d:%02d", whole / 60, whole % 60)
    }
}
