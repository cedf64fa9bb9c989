import Synchronization

extension Parallel {
    /// What the body makes of every index below `count`, in order, on all cores.
    ///
    /// - Throws: Of several failures the one with the lowest index, whichever thread came first; the others are lost.
    public static func map<Value: Sendable, Failure: Error>(
        _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        let outcomes = Mutex<[Result<Value, Failure>?]>(Array(repeating: nil, count: count))
        forEach(count) { index in
            let outcome = Result { () throws(Failure) in try body(index) }
            outcomes.withLock { $0[index] = outcome }
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for outcome in outcomes.withLock({ $0 }) {
            if let outcome { values.append(try outcome.get()) }
        }
        return values
    }
}
