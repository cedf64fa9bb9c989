import Foundation
import Synchronization

/// Ctrl-C: the first asks the running job to stop at a good place, the second ends the program at once.
enum Interrupt {
    private static let requested = Atomic(false)

    /// Whether somebody asked to stop.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Takes over SIGINT and SIGTERM.
    static func watch() {
        // Touch the flag before a handler can: its first use must not happen inside one.
        requested.store(false, ordering: .relaxed)
        // Whoever started the program may have done so from a thread that blocks signals, and children inherit that.
        var both = sigset_t()
        sigemptyset(&both)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&both, number)
            signal(number) { number in
                if Interrupt.requested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }

    /// Gives SIGINT and SIGTERM back: from here on they end the program.
    static func unwatch() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}

/// The job stopped because somebody asked; the program exits with 130.
struct Interrupted: Error {}
