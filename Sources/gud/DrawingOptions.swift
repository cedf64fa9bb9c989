import ArgumentParser
import GUDCore
import GUDPipeline
import GUDSampling

/// How samples are drawn: shared by all commands that draw some.
struct DrawingOptions: ParsableArguments {
    @Option(
        help: """
            The sampler, a name or a table {name: ddim, anchored: false}; that of the run by default. Another sampler keeps the \
            parameters of the run's that it has too, steps among them, and says which.
            """)
    var sampler: String?

    @Option(help: "Steps of the sampler; as in the run by default. They take the place of times that the run lists.")
    var steps: Int?

    @Option(help: "Where the steps are taken; as in the run by default.")
    var placement: StepPlacement?

    @Option(help: "The seed.")
    var seed: UInt64 = 0

    @Option(name: .customLong("class"), help: "The class to draw from, for class-conditional models.")
    var classIndex: Int?

    @Option(help: "How strongly to follow the class: 0 ignores it, 1 is the plain conditional model.")
    var guidance = 1.0

    @OptionGroup var guiding: GuidanceOptions

    @Option(name: .customLong("batch"), help: "Samples evaluated at once.")
    var batchSize = 64

    func validate() throws {
        guard guidance.isFinite else { throw ValidationError("--guidance \(guidance): give a finite number") }
        if guiding.isGiven, guidance == 1 {
            throw ValidationError(
                "--guidance-interval and --guide say when and where to guide; add --guidance, such as 3")
        }
        guard batchSize > 0 else { throw ValidationError("--batch \(batchSize): evaluate at least one sample at once") }
    }

    /// The request for a class.
    func request(of pipeline: Pipeline) throws -> ConditionRequest {
        ConditionRequest(classIndex: classIndex, guidance: try guiding.guidance(scale: guidance, in: pipeline))
    }

    /// The sampler that is asked for; what it keeps of the run's goes to standard error.
    func sampler(of pipeline: Pipeline) throws -> any Sampler {
        try Pipeline.sampler(choice(of: pipeline), pipeline.registry)
    }

    /// The sampler that is asked for, as a configuration writes it; what it keeps of the run's goes to standard error.
    func choice(of pipeline: Pipeline) throws -> Configuration.Choice {
        let (choice, kept) = try pipeline.samplerChoice(sampler, steps: steps, placement: placement?.rawValue)
        if !kept.isEmpty {
            Terminal.error("\(choice.name) keeps of the run's sampler: \(kept.joined(separator: ", "))")
        }
        return choice
    }
}

extension StepPlacement: ExpressibleByArgument {}

/// How what is given is met: shared by all commands that draw samples around something.
struct MethodOptions: ParsableArguments {
    @Option(
        help: """
            How what is given is met; auto takes the best that the model offers. held: components held clean, for models that \
            know which; exact: closed form of exact denoisers; moments: corrected by Jacobian products; replacement: replaced at \
            every step.
            """)
    var method = ConditioningMethod.auto

    @Option(help: "How often the method replacement repeats every step; 4 by default.")
    var resamplings: Int?

    /// Whether any of them was given.
    var isGiven: Bool { method != .auto || resamplings != nil }

    func validate() throws {
        guard let resamplings else { return }
        guard method == .replacement || method == .auto else {
            throw ValidationError("--resamplings is for the method replacement, not for \(method.rawValue)")
        }
        guard (1...SamplingProblem.resamplingLimit).contains(resamplings) else {
            throw ValidationError(
                "--resamplings \(resamplings): every step is taken 1 to \(SamplingProblem.resamplingLimit) times")
        }
    }

    /// Tells a request.
    func choose(in request: inout ConditionRequest) {
        request.method = method
        if let resamplings { request.resamplings = resamplings }
    }
}

/// An observation's method and noise: shared by all commands that take one.
struct ObservationOptions: ParsableArguments {
    @OptionGroup var meeting: MethodOptions

    @Option(help: "The standard deviation of noise on what is given, in data units.")
    var noise = 0.0

    /// Whether any of them was given.
    var isGiven: Bool { meeting.isGiven || noise != 0 }

    func validate() throws {
        guard noise >= 0, noise.isFinite else { throw ValidationError("--noise \(noise): give a number from 0 on") }
    }

    /// Adds an observation to a request.
    func add(_ observation: Observation, to request: inout ConditionRequest) {
        request.observed = observation
        meeting.choose(in: &request)
    }
}

extension ConditioningMethod: ExpressibleByArgument {}
