import GUDCore
import Synchronization

/// One set-up of a library's functions: its handles, and the two calls that use them.
///
/// Invariants: the calls and handles are written by ``setUp()`` alone, before the object is shared; teardown runs once,
/// in `deinit`, when no call can be under way; set-up and teardown hold the process's lock, for planners are rarely
/// safe to run on two threads; ``exclusively(_:)`` keeps the manifest's word on concurrency.
final class ForeignObject: @unchecked Sendable {
    let forward: PreparedCall
    let inverse: PreparedCall
    private let setup: [PreparedCall]
    private let teardown: [PreparedCall]
    private let concurrency: ForeignBasisDescription.Concurrency
    private let lock = Mutex<Void>(())
    private var handles: [String: UInt] = [:]

    /// Finds the functions of every call, and calls none.
    init(
        _ basis: ForeignBasisDescription, in library: ForeignLibrary, scope: ForeignScope
    ) throws(ForeignFunctionError) {
        func prepare(_ call: ForeignCall) throws(ForeignFunctionError) -> PreparedCall {
            try PreparedCall(call, in: library) { type, quantity, index throws(ForeignFunctionError) in
                try scope.bits(type, quantity, call: call.symbol, index: index)
            }
        }
        func prepare(_ calls: [ForeignCall]) throws(ForeignFunctionError) -> [PreparedCall] {
            var prepared: [PreparedCall] = []
            for call in calls { prepared.append(try prepare(call)) }
            return prepared
        }
        setup = try prepare(basis.setup)
        forward = try prepare(basis.forward)
        inverse = try prepare(basis.inverse)
        teardown = try prepare(basis.teardown)
        concurrency = basis.concurrency
    }

    /// Makes the set-up calls, in order, with scratch buffers of the size of a sample.
    ///
    /// - Throws: ``ForeignFunctionError/status(call:returned:expected:)``,
    ///   ``ForeignFunctionError/nullHandle(call:handle:)``, ``ForeignFunctionError/outsideBuffer(call:)`` or
    ///   ``ForeignFunctionError/memory(bytes:)``. What was made before is torn down with the object.
    func setUp(bytes: Int, guardPages: Bool) throws(ForeignFunctionError) {
        let failure: ForeignFunctionError? = ForeignLibrary.processLock.withLock { _ in
            guard !setup.isEmpty else { return nil }
            let failure: ForeignFunctionError?? = ForeignWorkspace.with(bytes: bytes, guardPages: guardPages) {
                workspace in
                for call in setup {
                    if let failure = run(call, in: workspace) { return failure }
                }
                return nil
            }
            return failure ?? .memory(bytes: 2 * bytes)
        }
        if let failure { throw failure }
        for call in [forward, inverse] { call.bind(handles) }
    }

    private func run(_ call: PreparedCall, in workspace: ForeignWorkspace) -> ForeignFunctionError? {
        call.bind(handles)
        let symbol = call.description.symbol
        var made: [String: UInt] = [:]
        let result = call(input: workspace.input, output: workspace.output) { made[$0] = $1 }
        if let name = call.description.save { made[name] = UInt(result) }
        if let reason = call.description.failure(result) {
            return .status(call: symbol, returned: reason.returned, expected: reason.expected)
        }
        // Only what a successful call has made is torn down.
        handles.merge(made.filter { $0.value != 0 }) { _, new in new }
        if let null = made.filter({ $0.value == 0 }).keys.min() { return .nullHandle(call: symbol, handle: null) }
        return workspace.isIntact ? nil : .outsideBuffer(call: symbol)
    }

    /// Runs a body that calls ``forward`` or ``inverse``, alone where the manifest asks for it.
    func exclusively<Result>(_ body: () -> sending Result) -> sending Result {
        switch concurrency {
        case .concurrent: body()
        case .serial: lock.withLock { _ in body() }
        case .global: ForeignLibrary.processLock.withLock { _ in body() }
        }
    }

    /// Whether several threads may be in the functions at once.
    var isConcurrent: Bool { concurrency == .concurrent }

    deinit {
        // A call whose handle was never made has nothing to undo.
        let due = teardown.filter { $0.description.handles.allSatisfy { handles[$0] != nil } }
        ForeignLibrary.processLock.withLock { _ in
            for call in due {
                call.bind(handles)
                call(input: nil, output: nil)
            }
        }
    }
}

extension ForeignCall {
    /// What a result says about failure, or `nil` where it says nothing or success.
    func failure(_ result: UInt64) -> (returned: Int, expected: String)? {
        guard let succeeds, let returns else { return nil }
        let value = returns.integer(of: result)
        return switch succeeds {
        case .zero: value == 0 ? nil : (value, "0")
        case .nonzero, .nonnull: value != 0 ? nil : (value, succeeds == .nonzero ? "any other number" : "a pointer")
        }
    }
}
