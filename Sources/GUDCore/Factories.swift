/// Makes bases of one name.
public struct BasisFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Makes a basis from checked parameters.
    public let make: @Sendable (Parameters, BasisContext) throws -> any Basis

    /// A factory that works through a closure; the parameters that every basis takes are added to the descriptor's.
    public init(_ descriptor: Descriptor, make: @escaping @Sendable (Parameters, BasisContext) throws -> any Basis) {
        self.descriptor = Descriptor(
            name: descriptor.name, summary: descriptor.summary,
            schema: descriptor.schema.adding(Whitening.specifications))
        self.make = make
    }
}

/// What a basis may draw on while it is made.
public struct BasisContext: Sendable {
    /// The shape of the samples.
    public var shape: SampleShape
    /// Mean-free samples, row-major `[count, D]`, for bases that are fitted; `nil` where there are none.
    public var fitting: [Float]?
    /// What an earlier fit kept; it takes precedence over ``fitting``.
    public var state: StateArrays?
    /// Where bases that are made of others find them.
    public var registry: Registry

    /// A context.
    public init(shape: SampleShape, fitting: [Float]? = nil, state: StateArrays? = nil, registry: Registry) {
        self.shape = shape
        self.fitting = fitting
        self.state = state
        self.registry = registry
    }
}

/// Makes schedules of one name.
public struct ScheduleFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Makes a schedule from checked parameters.
    public let make: @Sendable (Parameters, ScheduleContext) throws -> any NoiseSchedule

    /// A factory that works through a closure.
    public init(
        _ descriptor: Descriptor, make: @escaping @Sendable (Parameters, ScheduleContext) throws -> any NoiseSchedule
    ) {
        self.descriptor = descriptor
        self.make = make
    }
}

/// What a schedule may draw on while it is made: counts, variances and natural labels, but no data.
public struct ScheduleContext: Sendable {
    /// The number of components, *K*.
    public var componentCount: Int
    /// v_i, the variance of each whitened component (positive: clamped where the data have none).
    public var variances: [Double]
    /// Σ_ii, the variance of each component before whitening (positive: clamped likewise).
    public var dataVariances: [Double]
    /// The natural labels of the basis.
    public var labels: [NaturalOrder: [Double]]

    /// A context; variances are 1 by default.
    public init(
        componentCount: Int, variances: [Double]? = nil, dataVariances: [Double]? = nil,
        labels: [NaturalOrder: [Double]] = [:]
    ) {
        self.componentCount = componentCount
        self.variances = variances ?? [Double](repeating: 1, count: componentCount)
        self.dataVariances = dataVariances ?? self.variances
        self.labels = labels
    }

    /// The context that a space gives: its variances, clamped from below at `1e-12` of the largest, and its basis' labels.
    public init(_ space: ComponentSpace) {
        func clamped(_ values: [Double]) -> [Double] {
            let floor = max((values.max() ?? 0) * 1e-12, .leastNormalMagnitude)
            return values.map { max($0, floor) }
        }
        let scales = space.scale.map { Double($0) * Double($0) }
        self.init(
            componentCount: space.componentCount,
            // A direction that the data never visit carries no signal to order by: it counts as fully whitened, so that
            // log v_i stays finite and the schedule does not stretch for it.
            variances: space.variances.map { $0 > 0 ? $0 : 1 },
            dataVariances: clamped(zip(space.variances, scales).map { $0 > 0 ? $0 * $1 : $1 }),
            labels: Dictionary(
                uniqueKeysWithValues: NaturalOrder.allCases.compactMap { order in
                    space.basis.labels(order).map { (order, $0) }
                }))
    }
}

/// Makes denoisers of one name.
public struct DenoiserFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Makes a denoiser from checked parameters.
    public let make: @Sendable (Parameters, DenoiserContext) throws -> any Denoiser

    /// A factory that works through a closure.
    public init(
        _ descriptor: Descriptor, make: @escaping @Sendable (Parameters, DenoiserContext) throws -> any Denoiser
    ) {
        self.descriptor = descriptor
        self.make = make
    }
}

/// What a denoiser may draw on while it is made.
public struct DenoiserContext: Sendable {
    /// The space in which it lives.
    public var space: ComponentSpace
    /// Whitened components of the training data, row-major `[count, K]`, for denoisers that are fitted.
    public var fitting: [Float]?
    /// What an earlier fit or training kept; it takes precedence over ``fitting``.
    public var state: StateArrays?
    /// The width of the embedding that it will be conditioned on; 0 for none.
    public var embeddingWidth: Int
    /// The seed of the run, for initial weights.
    public var seed: UInt64
    /// Where it computes, `cpu` or `cuda:0`; denoisers without a tensor engine ignore it.
    public var device: String

    /// A context.
    public init(
        space: ComponentSpace, fitting: [Float]? = nil, state: StateArrays? = nil, embeddingWidth: Int = 0,
        seed: UInt64 = 0, device: String = "cpu"
    ) {
        self.space = space
        self.fitting = fitting
        self.state = state
        self.embeddingWidth = embeddingWidth
        self.seed = seed
        self.device = device
    }
}

/// Makes conditioners of one name.
public struct ConditionerFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Makes a conditioner from checked parameters and the number of classes in the data (0 where there are no labels).
    public let make: @Sendable (Parameters, _ classCount: Int) throws -> any Conditioner

    /// A factory that works through a closure.
    public init(
        _ descriptor: Descriptor, make: @escaping @Sendable (Parameters, _ classCount: Int) throws -> any Conditioner
    ) {
        self.descriptor = descriptor
        self.make = make
    }
}

extension ComponentKind where Factory == BasisFactory {
    /// Orthonormal bases.
    public static var basis: ComponentKind { ComponentKind("basis") }
}

extension ComponentKind where Factory == ScheduleFactory {
    /// Component-wise noise schedules.
    public static var schedule: ComponentKind { ComponentKind("schedule") }
}

extension ComponentKind where Factory == DenoiserFactory {
    /// Exact, fitted and trained denoisers.
    public static var denoiser: ComponentKind { ComponentKind("denoiser") }
}

extension ComponentKind where Factory == ConditionerFactory {
    /// Conditioners.
    public static var conditioner: ComponentKind { ComponentKind("conditioner") }
}
