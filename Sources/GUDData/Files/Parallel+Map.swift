import GUDCore
import Synchronization

extension Parallel {
    /// What the body makes of every index below `count`, in order, on all cores.
    ///
    /// - Throws: Of several failures the one with the lowest index, whichever thread came first; the others are lost.
    static func map<Value: Sendable>(_ count: Int, _ body: @Sendable (Int) throws -> Value) throws -> [Value] {
        let outcomes = Mutex<[Result<Value, any Error>?]>(Array(repeating: nil, count: count))
        forEach(count) { index in
            let outcome = Result { try body(index) }
            outcomes.withLock { $0[index] = outcome }
        }
        return try outcomes.withLock { $0 }.compactMap { try $0?.get() }
    }
}
