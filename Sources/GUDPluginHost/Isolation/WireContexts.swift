import GUDCore

/// What a component is to be made with, as it travels to its process.
///
/// Numbers of sections stand for arrays.
struct WireCreation: Codable {
    var kind: String
    var name: String
    var parameters: [String: JSONValue]
    var axes: [Int] = []
    var count = 0
    var fitting: Int?
    var state: [WireArray]?
    var variances = 0
    var dataVariances = 0
    var labels: [String: Int] = [:]
    var space: WireSpace?
    var embeddingWidth = 0
    var seed: UInt64 = 0
    var device = "cpu"
    var classCount = 0
}

/// One kept array.
struct WireArray: Codable {
    var name: String
    var axes: [Int]
    var type: String
    var section: Int
}

/// A space, whose basis stays with the host.
struct WireSpace: Codable {
    var number: Int
    var axes: [Int]
    var components: Int
    var mean: Int
    var scale: Int
    var variances: Int
    var labels: [String: Int]
}

/// What an object turned out to be.
struct WireObject: Codable {
    var number: Int
    var components = 0
    var embeddingWidth = 0
    var dropProbability = 0.0
    var isFitted = false
    var isDifferentiable = false
    var isFamily = false
    var labels: [String: Int] = [:]
    var state: [WireArray]?
}

extension WireObject {
    /// Checks what the other process says of a new object, which its memory may have lost.
    ///
    /// - Parameter allowed: The numbers of components that it can have.
    func checked(components allowed: ClosedRange<Int>) throws(WireError) -> WireObject {
        guard number > 0, allowed.contains(components), (0...1 << 24).contains(embeddingWidth),
            (0...1).contains(dropProbability)
        else { throw WireError("it says what cannot be of the object that it made") }
        return self
    }
}

/// What a sampler asks of a conditioner.
struct WireRequest: Codable {
    var object: Int
    var classIndex: Int?
    /// The scale; interval and weights stay with the host.
    var guidance: Double
    var observed: Int?
    var mask: Int?
    var space: WireSpace
}

/// What a conditioner made of it.
struct WireCondition: Codable {
    var embedding: Int?
    var guidance: Double
    var mask: Int?
    var values: Int?
}

extension WirePayload {
    /// Adds the arrays of a state.
    mutating func append(_ state: StateArrays) -> [WireArray] {
        state.entries.sorted { $0.key < $1.key }.map { name, entry in
            let (type, section) =
                switch entry.values {
                case .float(let values): ("float", append(values))
                case .double(let values): ("double", append(values))
                case .integer(let values): ("integer", append(values))
                }
            return WireArray(name: name, axes: entry.axes, type: type, section: section)
        }
    }

    /// The state whose arrays were added.
    func state(_ arrays: [WireArray]) throws(WireError) -> StateArrays {
        var state = StateArrays()
        for entry in arrays {
            let values: StateArrays.Values =
                switch entry.type {
                case "float": .float(try array(entry.section))
                case "double": .double(try array(entry.section))
                default: .integer(try array(entry.section))
                }
            // Whatever the other process sends, the product of the axes must not overflow.
            var size: Int? = 1
            for axis in entry.axes {
                size = size.flatMap { size in
                    let (product, overflow) = size.multipliedReportingOverflow(by: axis)
                    return overflow || axis < 0 ? nil : product
                }
            }
            guard size == values.count else { throw WireError("array '\(entry.name)' is damaged") }
            state[entry.name] = .init(axes: entry.axes, values: values)
        }
        return state
    }

    /// Adds labels by their orders.
    mutating func append(labels: (NaturalOrder) -> [Double]?) -> [String: Int] {
        var sections: [String: Int] = [:]
        for order in NaturalOrder.allCases {
            if let values = labels(order) { sections[order.rawValue] = append(values) }
        }
        return sections
    }

    /// The labels that were added.
    func labels(_ sections: [String: Int]) throws(WireError) -> [NaturalOrder: [Double]] {
        var labels: [NaturalOrder: [Double]] = [:]
        for (word, section) in sections {
            if let order = NaturalOrder(rawValue: word) { labels[order] = try array(section) }
        }
        return labels
    }

    /// Adds a space under a number that the host knows it by.
    mutating func append(_ space: ComponentSpace, number: Int) -> WireSpace {
        WireSpace(
            number: number, axes: space.shape.axes, components: space.componentCount, mean: append(space.mean),
            scale: append(space.scale), variances: append(space.variances),
            labels: append { space.basis.labels($0) })
    }

    /// The space that was added, with its basis out of reach but for a function that asks for it.
    func space(
        _ wire: WireSpace, transform: @escaping RemoteBasis.Transform
    ) throws -> ComponentSpace {
        guard let shape = SampleShape(axes: wire.axes) else { throw WireError("samples of shape \(wire.axes)") }
        let basis = RemoteBasis(
            shape: shape, componentCount: wire.components, naturalLabels: try labels(wire.labels), space: wire.number,
            transform: transform)
        return try ComponentSpace(
            basis: basis, mean: try array(wire.mean), scale: try array(wire.scale),
            variances: try array(wire.variances))
    }
}
