import GUDCore

/// An observation as rows over whitened components: `W z = y + noise`, with any rows *W*.
struct SensorRows {
    let componentCount: Int
    /// *W*, row-major `[M, K]`.
    var weights: [Double]
    /// *y*, row-major `[rows, M]`.
    var values: [Double]
    /// τ in the unit of *y*.
    let deviation: Double
    /// How long a row could be at most: the longest of *A* by the largest scale.
    let reach: Double

    /// How many numbers are observed, *M*.
    var count: Int { weights.count / componentCount }
    /// How many rows of values there are.
    var rowCount: Int { count == 0 ? 0 : values.count / count }

    /// The rows of an observation in data units: `W = A Uᵀ diag(s)`, `y = b − A μ`.
    ///
    /// - Throws: ``ConditionerError`` where counts do not fit, something is not finite, or nothing is observed.
    init(_ observation: Observation, in space: ComponentSpace) throws(ConditionerError) {
        let dimension = space.dimension
        guard observation.deviation >= 0, observation.deviation.isFinite else {
            throw .unsupported("the noise of the observation is \(observation.deviation); it is a number from 0 on")
        }
        var rows: [Float]
        var observed: [Double] = []
        switch observation.sensor {
        case .scalars(let mask):
            guard mask.count == dimension else { throw .count(mask.count, expected: dimension, what: "the mask") }
            guard !observation.values.isEmpty, observation.values.count.isMultiple(of: dimension) else {
                throw .count(observation.values.count, expected: dimension, what: "the list of observed values")
            }
            let places = mask.indices.filter { mask[$0] }
            rows = [Float](repeating: 0, count: places.count * dimension)
            for (row, place) in places.enumerated() { rows[row * dimension + place] = 1 }
            for start in stride(from: 0, to: observation.values.count, by: dimension) {
                for place in places {
                    let value = observation.values[start + place]
                    guard value.isFinite else { throw Self.notFinite(start + place, value) }
                    observed.append(Double(value) - Double(space.mean[place]))
                }
            }
        case .weights(let weights):
            guard !weights.isEmpty, weights.count.isMultiple(of: dimension) else {
                throw .count(weights.count, expected: dimension, what: "a row of the observation's weights")
            }
            let count = weights.count / dimension
            guard !observation.values.isEmpty, observation.values.count.isMultiple(of: count) else {
                throw .count(observation.values.count, expected: count, what: "the list of observed values")
            }
            if let index = weights.firstIndex(where: { !$0.isFinite }) {
                throw .unsupported("weight \(index) of the observation is \(weights[index]); weights are finite")
            }
            rows = weights
            for (index, value) in observation.values.enumerated() {
                guard value.isFinite else { throw Self.notFinite(index, value) }
                let row = index % count * dimension
                let mean = (0..<dimension).reduce(0.0) { $0 + Double(weights[row + $1]) * Double(space.mean[$1]) }
                observed.append(Double(value) - mean)
            }
        }
        guard !rows.isEmpty else {
            throw .unsupported("nothing is given: the mask is empty; give at least one scalar, or draw without a mask")
        }
        componentCount = space.componentCount
        values = observed
        deviation = observation.deviation
        let longest = stride(from: 0, to: rows.count, by: dimension).map { start in
            rows[start..<start + dimension].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }.max()
        reach = (longest ?? 0) * space.scale.reduce(0.0) { max($0, Double(abs($1))) }
        do {
            let width = space.componentCount
            weights = try space.basis.forward(rows).enumerated().map {
                Double($0.element) * Double(space.scale[$0.offset % width])
            }
        } catch {
            throw .failed(reason: error.description)
        }
    }

    /// What an exact observation says beyond components that are held: `W_R z_R = y − W_G z_G`.
    init(_ observed: ObservedComponents, without given: GivenComponents) {
        self.init(observed)
        let (width, count) = (componentCount, observed.count)
        for row in 0..<observed.rowCount {
            for line in 0..<count {
                for component in 0..<width where given.mask[component] {
                    values[row * count + line] -=
                        weights[line * width + component] * Double(given.value(component, sample: row))
                }
            }
        }
        for index in weights.indices where given.mask[index % width] { weights[index] = 0 }
    }

    /// Orthonormal rows as rows.
    init(_ observed: ObservedComponents) {
        componentCount = observed.componentCount
        weights = observed.weights
        values = observed.values
        deviation = 0
        reach = 1
    }

    /// Every row and its values times a factor.
    func scaled(by factors: [Double]) -> SensorRows {
        var scaled = self
        for index in weights.indices { scaled.weights[index] *= factors[index / componentCount] }
        for index in values.indices { scaled.values[index] *= factors[index % count] }
        return scaled
    }

    private static func notFinite(_ index: Int, _ value: Float) -> ConditionerError {
        .unsupported("observed value \(index) is \(value); only finite values can be given")
    }
}
