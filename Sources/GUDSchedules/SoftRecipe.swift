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
    static let labels = Parameter<NumberList?>(
        "labels", default: nil, "One label per component, or the path of a .npy file with them, for the custom order.")
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

    /// A recipe in the order of the parameters, or another one.
    ///
    /// - Parameter key: The key under which a configuration gave the order, for messages.
    init(
        _ parameters: Parameters, _ context: ScheduleContext, order: WeightedOrders? = nil,
        of key: String = Self.order.name
    ) throws {
        let (low, high) = (parameters[Self.gammaDenoise], parameters[Self.gammaNoise])
        try parameters.requireOrder(low, below: high, Self.gammaDenoise, Self.gammaNoise)
        self.parameters = parameters
        self.context = context
        bounds = low...high
        orders = order ?? parameters[Self.order]
        let source = LabelSource(
            context: context, custom: parameters[Self.labels], blockSize: parameters[Self.blockSize],
            path: parameters.path, orderKey: key)
        labels = try source.labels(orders, range: high - low)
    }

    /// The schedule at a softness.
    ///
    /// - Parameter key: The key under which a configuration gave it, for messages.
    func schedule(_ softness: Softness, of key: String) throws -> SoftSchedule {
        try SoftSchedule(
            labels: labels, variances: context.variances, gammaDenoise: bounds.lowerBound,
            gammaNoise: bounds.upperBound, steepness: steepness(softness, of: key), clip: isClipped ? bounds : nil)
    }

    /// The smallest softness without dead time where γ is clipped; 0 where it is not, or where all labels are equal.
    var smallestSoftness: Double { isClipped ? 1 / largestSteepness : 0 }

    /// Whether γ is clipped: as asked, else for sequences and for the hard limit.
    private var isClipped: Bool { parameters[Self.clip] ?? (orders.isSequential || namesHardLimit) }

    private var namesHardLimit: Bool {
        [Self.softness.name, SoftFamily.softnessMin.name, SoftFamily.softnessMax.name].contains {
            parameters.values[$0] == Softness.hard.parameterValue
        }
    }

    private var largestSteepness: Double {
        SoftSchedule.largestSteepness(labels: labels, range: bounds.upperBound - bounds.lowerBound)
    }

    /// `a = 1/softness`, within what leaves no dead time where γ is clipped.
    private func steepness(_ softness: Softness, of key: String) throws(ParameterError) -> Double {
        let place = "\(parameters.path).\(key)"
        switch softness {
        case .hard:
            guard isClipped else {
                throw .rule(
                    place, .string("hard"), "needs the clip; leave out '\(parameters.path).clip', or set it to true")
            }
            return largestSteepness.isFinite ? largestSteepness : 0
        case .value(let value):
            // Two parts in 10⁵ forgive a third that is written as 0.33333; the message rounds up, to what is accepted.
            guard value * (1 + 2e-5) >= smallestSoftness else {
                let smallest = (smallestSoftness * 1e6 * (1 - 1e-12)).rounded(.up) / 1e6
                throw .rule(
                    place, value.parameterValue,
                    "leaves dead time between components; the smallest softness for these labels is \(smallest), "
                        + "which 'hard' stands for")
            }
            return 1 / value
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
            try SoftRecipe(parameters, context).schedule(parameters[SoftRecipe.softness], of: SoftRecipe.softness.name)
        }
    }
}
