import GUDCore

/// The numbers that a manifest's words stand for, once shape and parameters are known.
struct ForeignScope {
    let shape: SampleShape
    /// The value of each parameter, a plain number.
    let parameters: [String: ForeignQuantity]

    /// Takes the values of declared parameters.
    init(
        _ declared: [ForeignParameter], _ given: Parameters, shape: SampleShape
    ) throws(ParameterError) {
        var values: [String: ForeignQuantity] = [:]
        for parameter in declared {
            guard let value = given.values[parameter.name] else { continue }
            values[parameter.name] = try parameter.quantity(value, at: given.path)
        }
        (self.shape, parameters) = (shape, values)
    }

    /// The bits of a number as an argument.
    ///
    /// - Throws: ``ForeignFunctionError/argument(call:index:value:type:allowed:)`` where it does not fit.
    func bits(
        _ type: ForeignType, _ quantity: ForeignQuantity, call: String, index: Int
    ) throws(ForeignFunctionError) -> UInt64 {
        let (bits, text): (UInt64?, String) =
            switch quantity {
            case .integer(let value): (type.bits(of: value), "\(value)")
            case .real(let value): (type.bits(of: value), "\(value)")
            case .size(let size): (size.value(for: shape).flatMap(type.bits), size.rawValue)
            case .parameter(let name):
                switch parameters[name] {
                case .integer(let value): (type.bits(of: value), "\(name) = \(value)")
                case .real(let value): (type.bits(of: value), "\(name) = \(value)")
                default: (nil, name)
                }
            }
        guard let bits else {
            throw .argument(call: call, index: index, value: text, type: type.rawValue, allowed: type.allowed)
        }
        return bits
    }
}
