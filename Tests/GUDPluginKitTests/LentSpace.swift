import CGUDPlugin
import GUDCore
import GUDPluginABI

/// A space of four scalars and three components, as a host lends it: its basis drops the last scalar.
final class LentSpace {
    let table: UnsafeMutablePointer<gud_space>
    private let mean: UnsafeMutableBufferPointer<Float>
    private let scale: UnsafeMutableBufferPointer<Float>
    private let variances: UnsafeMutableBufferPointer<Double>

    /// The same space for direct calls.
    static func direct() throws -> ComponentSpace {
        try ComponentSpace(
            basis: Shortened(life: Census.Life(Census()), shape: .vector(4), scale: 1), mean: [1, 2, 3, 4],
            scale: [1, 2, 4], variances: [1, 0.5, 0.25])
    }

    init() {
        table = .allocate(capacity: 1)
        table.initialize(to: gud_space())
        (mean, scale, variances) = (.allocate(capacity: 4), .allocate(capacity: 3), .allocate(capacity: 3))
        _ = mean.initialize(from: [1, 2, 3, 4])
        _ = scale.initialize(from: [1, 2, 4])
        _ = variances.initialize(from: [1, 0.5, 0.25])
        table.pointee.struct_size = Versioned.size(of: gud_space.self)
        table.pointee.rank = 1
        table.pointee.axes.0 = 4
        table.pointee.dimension = 4
        table.pointee.components = 3
        table.pointee.mean = UnsafePointer(mean.baseAddress)
        table.pointee.scale = UnsafePointer(scale.baseAddress)
        table.pointee.variances = UnsafePointer(variances.baseAddress)
        table.pointee.forward = { _, batch, samples, coefficients, error in
            guard let samples, let coefficients else { return GUD_ERROR_ARGUMENT }
            for row in 0..<batch { (coefficients + 3 * row).update(from: samples + 4 * row, count: 3) }
            return GUD_OK
        }
        table.pointee.inverse = { _, _, _, _, error in
            gud_error.report("this host cannot go back", code: GUD_ERROR_INTERNAL, to: error)
        }
        table.pointee.labels = { _, order, labels, _ in
            guard order == UInt32(GUD_LABEL_LEVEL) else { return GUD_ERROR_UNSUPPORTED }
            labels?.update(from: [0, 1, 1], count: 3)
            return GUD_OK
        }
    }

    deinit {
        table.deallocate()
        mean.deallocate()
        scale.deallocate()
        variances.deallocate()
    }
}

/// Noising states in the form that a host lends them.
final class LentStates {
    let pointers: UnsafeMutableBufferPointer<UnsafePointer<gud_noising_state>?>
    private let rows: [UnsafeMutableBufferPointer<Double>]

    init(_ states: [NoisingState]) {
        pointers = .allocate(capacity: states.count)
        var rows: [UnsafeMutableBufferPointer<Double>] = []
        for (index, state) in states.enumerated() {
            let lent = [state.gamma, state.gammaRate, state.alpha, state.sigma].map { values in
                let row = UnsafeMutableBufferPointer<Double>.allocate(capacity: values.count)
                _ = row.initialize(from: values)
                return row
            }
            rows += lent
            let table = UnsafeMutablePointer<gud_noising_state>.allocate(capacity: 1)
            table.initialize(
                to: gud_noising_state(
                    struct_size: Versioned.size(of: gud_noising_state.self), reserved: 0, time: state.time,
                    gamma: lent[0].baseAddress, gamma_rate: lent[1].baseAddress, alpha: lent[2].baseAddress,
                    sigma: lent[3].baseAddress))
            pointers.initializeElement(at: index, to: UnsafePointer(table))
        }
        self.rows = rows
    }

    deinit {
        for table in pointers { UnsafeMutablePointer(mutating: table)?.deallocate() }
        pointers.deallocate()
        for row in rows { row.deallocate() }
    }
}
