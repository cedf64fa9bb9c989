import ArgumentParser
import Foundation
import GUDCore
import GUDData
import GUDPipeline
import GUDSampling
import GUDTraining

struct NLLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nll", abstract: "Measure the likelihood of data under a trained run, in bits per dimension.",
        discussion: """
            ode integrates the probability flow and gives the model's density; the denoiser must offer a
            Jacobian product. elbo is the diffusion bound, from denoising errors at random times.
            Quantised data are dequantised, so that both bound the probability of the data themselves;
            with --dequantisation discrete the bound takes them as they are and ends with a discrete decoder
            (of parts that are whole pixels).
            Class-conditional models give -log p(x|c) of each sample's own class (--classes given), or
            -log of the mean of p(x|c) over classes as frequent as in the training data (marginal).
            --given and --absent measure part of a sample: -log p(rest | given), absent components left out;
            models that know which components are given do this (conditioning map or tokens).

            Example:
              gud nll runs/digits --split test --method ode --probes exact --by level
            """)

    /// A part of a data set.
    enum Split: String, ExpressibleByArgument, CaseIterable {
        case test
        case training
    }

    /// How to measure.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case ode
        case elbo
    }

    @Argument(help: "The directory of a run, or a checkpoint file.")
    var runDirectory: String

    @Option(help: "The part of the run's data to measure.")
    var split = Split.test

    @Option(help: "How to measure.")
    var method = Method.ode

    /// What is known of classes.
    enum Classes: String, ExpressibleByArgument, CaseIterable {
        case marginal
        case given
        case none
    }

    @Option(
        help:
            "What a class-conditional model is told: none is the model without a class; marginal costs as many measurements as classes."
    )
    var classes = Classes.none

    @OptionGroup var part: PartOptions

    @Option(name: .customShort("n"), help: "The most samples to measure; all by default.")
    var count: Int?

    @Option(help: "The seed of dequantisation, probes, times and noise.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "ode: random probes of the divergence, or 'exact'; by default exact up to 64 components, else 4.",
            valueName: "N|exact"))
    var probes: String?

    @Option(help: "ode: the relative tolerance of a step. (default: 1e-05)")
    var rtol: Double?

    @Option(help: "ode: the absolute tolerance of a step. (default: 1e-05)")
    var atol: Double?

    @Option(
        help: "ode: so many fixed steps instead of tolerances; elbo: random times per sample. (default: 64 for elbo)")
    var steps: Int?

    @Option(help: "Where in its bin a quantised number is taken to be; discrete: at its level, for elbo.")
    var dequantisation = Dequantisation.uniform

    @Option(help: "Add what each component contributes, or those that share a label.")
    var by: LikelihoodGrouping?

    @Option(name: .customLong("batch"), help: "Samples evaluated at once.")
    var batchSize = 64

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var opening: RunOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("-n \(count): measure at least one sample") }
        guard batchSize > 0 else { throw ValidationError("--batch \(batchSize): evaluate at least one sample at once") }
        if let steps, !(1...LikelihoodProblem.stepLimit).contains(steps) {
            throw ValidationError("--steps \(steps): take 1 to \(LikelihoodProblem.stepLimit)")
        }
        if steps != nil, rtol != nil || atol != nil {
            throw ValidationError("--steps are fixed steps; leave out --rtol and --atol, or --steps")
        }
        if method == .elbo, probes != nil || rtol != nil || atol != nil {
            throw ValidationError("--probes, --rtol and --atol are for --method ode; elbo takes --steps")
        }
        for (name, value) in [("--rtol", rtol), ("--atol", atol)] {
            if let value, !(value > 0 && value.isFinite) {
                throw ValidationError("\(name) \(value): a tolerance is a positive number")
            }
        }
        if method == .ode, dequantisation == .discrete {
            throw ValidationError(
                "--dequantisation discrete is for --method elbo; the flow gives a density: use uniform")
        }
        _ = try trace()
    }

    func run() throws {
        let pipeline = try RunDirectory(runDirectory).load(opening).pipeline
        if let order = by?.order, pipeline.space.basis.labels(order) == nil {
            throw LikelihoodError.noLabels(order)
        }
        let dataset = try pipeline.configuration.loadData(pipeline.registry)
        let samples = split == .test ? dataset.test : dataset.training
        if dataset.binWidth != nil, dequantisation != .discrete,
            try !pipeline.configuration.training().augmentation.dequantises
        {
            Terminal.error(
                "warning: the run has not seen dequantised data, so their density may be far too low; train with "
                    + "training.dequantise=true, or measure with --method elbo --dequantisation discrete")
        }
        let part = try part.part(in: pipeline.space.basis)
        let uses: Set<Pipeline.ClassUse> = classes == .none ? [.without] : [.with]
        Terminal.warn(try pipeline.trainingCaveats(pins: part?.pins, classes: uses))
        Interrupt.watch()
        let began = Date()
        let report = try pipeline.likelihood(
            of: samples.prefix(count ?? samples.count), binWidth: dataset.binWidth,
            classes: try chosenClasses(dataset, pipeline), part: part, method: try chosenMethod(),
            dequantisation: dequantisation, seed: seed, batchSize: batchSize, progress: TerminalProgress(),
            isCancelled: { Interrupt.isRequested })
        Terminal.error(String(format: "took %.1f s", Date().timeIntervalSince(began)))
        let parts = try by?.parts(of: report, basis: pipeline.space.basis)
        let data = "\(dataset.name), \(split.rawValue)"
        if json {
            print(try JSONText.of(report.json(data: data, by: by, parts: parts)))
        } else {
            print(report.text(data: data, by: by, parts: parts))
        }
    }

    private func chosenClasses(_ dataset: Dataset, _ pipeline: Pipeline) throws -> Pipeline.LikelihoodClasses {
        switch classes {
        case .none: .none
        case .given: .given
        case .marginal: .marginal(priors: try dataset.training.classFrequencies(of: pipeline.classCount))
        }
    }

    private func chosenMethod() throws -> Pipeline.LikelihoodMethod {
        switch method {
        case .elbo: .bound(times: steps ?? 64)
        case .ode:
            .flow(
                trace: try trace(),
                stepping: steps.map { .fixed(steps: $0) } ?? .adaptive(rtol: rtol ?? 1e-5, atol: atol ?? 1e-5))
        }
    }

    private func trace() throws -> FlowTrace? {
        guard let probes else { return nil }
        if probes == "exact" { return .exact }
        guard let count = Int(probes), (1...LikelihoodProblem.probeLimit).contains(count) else {
            throw ValidationError("--probes \(probes): a number from 1 to \(LikelihoodProblem.probeLimit), or 'exact'")
        }
        return .hutchinson(probes: count)
    }
}

extension Dequantisation: ExpressibleByArgument {}
