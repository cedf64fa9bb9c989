import GUDCore

/// What the configurations of `soft` and `family` have in common: labels, end points and the clip.
struct SoftRecipe {
    static let gammaDenoise = Parameter(
        "gammaDenoise", default: -7.0, range: -100...100, "γ of the data at t = 0, for the component generated last.")
    static let gammaNoise = Parameter(
        "gammaNoise", default: 7.0, range: -100...100, "γ of the data at t = 1, for the component generated first.")
    static let softness = Parameter(
        "softness", default: Softness.value(1), "How much components overlap: .inf all together, hard one by one.")
    static let clip = Parameter<Bool?>(
        "clip", default: nil,
        "Whether γ of the data stays between its two end points; by default where every order is a sequence.")
    static let order = Parameter(
        "order", default: WeightedOrders(terms: [.init(order: .variance, weight: 1)]),
        "What is generated first; level, column, row and block are sequences.")
    static let labels = Parameter<String?>(
        "labels", default: nil, "Path of a .npy file with one label per component, for the custom order.")
    static let blockSize = Parameter(
        "blockSize", default: 4, range: 1...65536, unit: "pixels", "Side of a block, for the block order.")

    static let specifications = [
        gammaDenoise.specification, gammaNoise.specification, softness.specification, clip.specification,
        order.specification, labels.specification, blockSize.specification,
    ]

    private let parameters: Parameters
    private let context: ScheduleContext
    private let labels: [Double]
    private let bounds: ClosedRange<Double>
    private let orders: WeightedOrders

    init(_ parameters: Parameters, _ context: ScheduleContext) throws {
        let (low, high) = (parameters[Self.gammaDenoise], parameters[Self.gammaNoise])
        try parameters.requireOrder(low, below: high, Self.gammaDenoise, Self.gammaNoise)
        self.parameters = parameters
        self.context = context
        bounds = low...high
        orders = parameters[Self.order]
        let source = LabelSource(
            context: context, file: parameters[Self.labels], blockSize: parameters[Self.blockSize],
            path: parameters.path)
        labels = try source.labels(orders, range: high - low)
    }

    /// The schedule at the softness that a key asks for.
    func schedule(_ key: Parameter<Softness>) throws -> SoftSchedule {
        try SoftSchedule(
            labels: labels, variances: context.variances, gammaDenoise: bounds.lowerBound,
            gammaNoise: bounds.upperBound, steepness: steepness(key), clip: isClipped ? bounds : nil)
    }

    /// Whether γ is clipped: as asked, else for sequences and for the hard limit.
    private var isClipped: Bool {
        parameters[Self.clip] ?? (orders.isSequential || softnesses.contains(.hard))
    }

    /// Every softness that the configuration names.
    private var softnesses: [Softness] {
        [Self.softness, SoftFamily.softnessMin, SoftFamily.softnessMax]
            .filter { parameters.values[$0.name] != nil }.map { parameters[$0] }
    }

    /// `a = 1/softness`, within what leaves no dead time where γ is clipped.
    private func steepness(_ key: Parameter<Softness>) throws(ParameterError) -> Double {
        let place = "\(parameters.path).\(key.name)"
        let range = bounds.upperBound - bounds.lowerBound
        let largest = SoftSchedule.largestSteepness(labels: labels, range: range)
        switch parameters[key] {
        case .hard:
            guard isClipped else {
                throw .rule(
                    place, .string("hard"), "needs the clip; leave out '\(parameters.path).clip', or set it to true")
            }
            return largest.isFinite ? largest : 0
        case .value(let softness):
            // One part in 10⁹ forgives a bound that was copied from the message.
            guard !isClipped || softness * (1 + 1e-9) >= 1 / largest else {
                throw .rule(
                    place, softness.parameterValue,
                    "leaves dead time between components; the smallest softness for these labels is \(1 / largest), "
                        + "which 'hard' stands for")
            }
            return 1 / softness
        }
    }
}

extension SoftSchedule {
    static var factory: ScheduleFactory {
        ScheduleFactory(
            Descriptor(
                name: "soft", summary: "Soft conditioning: components in an order, overlapping as softly as asked.",
                schema: ParameterSchema(SoftRecipe.specifications))
        ) { parameters, context in
            try SoftRecipe(parameters, context).schedule(SoftRecipe.softness)
        }
    }
}
