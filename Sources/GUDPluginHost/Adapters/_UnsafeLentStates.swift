import CGUDPlugin
import GUDCore
import GUDPluginABI

extension NoisingStates {
    /// Lends the states to a plugin for one call.
    ///
    /// Invariant: the pointers are valid inside the body alone. A shared state is lent as it is; states of single
    /// samples are gathered first.
    func withTable<Result>(
        _ body: (UnsafePointer<UnsafePointer<gud_noising_state>?>?, _ count: Int) -> Result
    ) -> Result {
        switch self {
        case .shared(let state):
            return state.gamma.withUnsafeBufferPointer { gamma in
                state.gammaRate.withUnsafeBufferPointer { rate in
                    state.alpha.withUnsafeBufferPointer { alpha in
                        state.sigma.withUnsafeBufferPointer { sigma in
                            Self.lend(
                                [
                                    Self.table(
                                        state.time, gamma.baseAddress, rate.baseAddress, alpha.baseAddress,
                                        sigma.baseAddress)
                                ],
                                body)
                        }
                    }
                }
            }
        case .perSample(let states):
            let width = states.first?.componentCount ?? 0
            var gathered: [Double] = []
            gathered.reserveCapacity(4 * width * states.count)
            for state in states {
                gathered += state.gamma
                gathered += state.gammaRate
                gathered += state.alpha
                gathered += state.sigma
            }
            return gathered.withUnsafeBufferPointer { all in
                let tables = states.enumerated().map { index, state in
                    let row = all.baseAddress.map { $0 + 4 * width * index }
                    return Self.table(
                        state.time, row, row.map { $0 + width }, row.map { $0 + 2 * width }, row.map { $0 + 3 * width })
                }
                return Self.lend(tables, body)
            }
        }
    }

    private static func table(
        _ time: Double, _ gamma: UnsafePointer<Double>?, _ rate: UnsafePointer<Double>?,
        _ alpha: UnsafePointer<Double>?,
        _ sigma: UnsafePointer<Double>?
    ) -> gud_noising_state {
        gud_noising_state(
            struct_size: Versioned.size(of: gud_noising_state.self), reserved: 0, time: time, gamma: gamma,
            gamma_rate: rate, alpha: alpha, sigma: sigma)
    }

    private static func lend<Result>(
        _ tables: [gud_noising_state], _ body: (UnsafePointer<UnsafePointer<gud_noising_state>?>?, Int) -> Result
    ) -> Result {
        tables.withUnsafeBufferPointer { tables in
            withUnsafeTemporaryAllocation(of: UnsafePointer<gud_noising_state>?.self, capacity: max(tables.count, 1)) {
                pointers in
                for index in 0..<tables.count {
                    pointers.initializeElement(at: index, to: tables.baseAddress.map { $0 + index })
                }
                return body(UnsafePointer(pointers.baseAddress), tables.count)
            }
        }
    }
}
