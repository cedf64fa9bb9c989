import CPluginSystem
import Foundation
import GUDCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// An opened library of C functions.
///
/// Invariant: once opened, a library is never closed (`RTLD_NODELETE`), so an address found in it stays valid for as
/// long as the process lives, and may go to any thread.
struct ForeignLibrary: @unchecked Sendable {
    /// What the loader was given.
    let path: String
    private let handle: UnsafeMutableRawPointer

    /// One call at a time in the whole process: set-up, teardown, and every call of a `global` basis.
    static let processLock = Mutex<Void>(())

    /// Opens a library; its constructors run, and the floating-point environment is afterwards what it was.
    ///
    /// - Throws: ``ForeignFunctionError/library(_:reason:install:)`` with the loader's reason.
    init(path: String, install: String?) throws(ForeignFunctionError) {
        var environment = gud_fenv()
        let saved = gud_fenv_save(&environment) == 0
        let opened = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)
        // dlerror speaks of the last call on this thread.
        let reason = opened == nil ? dlerror().map { String(cString: $0) } : nil
        if saved { _ = gud_fenv_restore(&environment) }
        guard let opened else { throw .library(path, reason: reason ?? "the loader gives no reason", install: install) }
        handle = opened
        self.path = path
    }

    /// The address of a function.
    ///
    /// - Throws: ``ForeignFunctionError/symbol(_:library:suggestion:)``, with the nearest name that the library
    ///   exports, or ``ForeignFunctionError/notAFunction(_:library:)``.
    func function(_ symbol: String) throws(ForeignFunctionError) -> UnsafeMutableRawPointer {
        guard let address = dlsym(handle, symbol) else {
            throw .symbol(symbol, library: path, suggestion: nearest(to: symbol, among: functions()))
        }
        guard gud_symbol_is_function(address) != 0 else { throw .notAFunction(symbol, library: path) }
        return address
    }

    /// The names of the functions that the library exports, in alphabetical order.
    func functions() -> [String] {
        let names = Names()
        _ = gud_visit_functions(
            handle,
            { name, context in
                guard let name, let context else { return }
                Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().values.append(String(cString: name))
            }, Unmanaged.passUnretained(names).toOpaque())
        return names.values.sorted()
    }

    private final class Names {
        var values: [String] = []
    }
}
