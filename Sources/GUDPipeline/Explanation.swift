import Foundation
import GUDBases
import GUDCore
import GUDData
import GUDTraining

/// What a configuration means: every name with its provider and parameters, the shapes, and what it costs.
public struct Explanation {
    /// One component of the configuration.
    public struct Component {
        /// The section that chose it.
        public let section: String
        /// Its kind.
        public let kind: String
        /// Its name.
        public let name: String
        /// Who provides it.
        public let provider: Provider
        /// Its parameters, defaults included.
        public let parameters: [String: ParameterValue]
    }

    /// The components, in the order of the configuration.
    public let components: [Component]
    /// Named facts about shapes and cost.
    public let facts: [(name: String, value: String)]
    /// What fitting found.
    public let report: [String]

    /// Resolves and fits a configuration; trains nothing.
    public init(_ configuration: Configuration, registry: Registry) throws {
        let tree = try configuration.resolvedTree(registry)
        components = try Configuration.componentSections.flatMap { section, kind -> [Component] in
            guard case .table(var parameters)? = tree[section],
                case .string(let name)? = parameters.removeValue(forKey: "name")
            else { return [] }
            // The parameters of a composition's elements stand with it; who provides them is a line of its own.
            let elements = section == "basis" ? ComposedBasis.elementNames(of: name, parameters) : []
            let chosen = [(section, name, parameters)] + elements.map { ("\(section).of", $0, [:]) }
            return try chosen.map { section, name, parameters in
                let provider = try registry.entry(kind, named: name).provider
                return Component(section: section, kind: kind, name: name, provider: provider, parameters: parameters)
            }
        }
        let dataset = try configuration.loadData(registry)
        let pipeline = try Pipeline.fit(configuration, to: dataset, registry: registry)
        let (start, end) = (try pipeline.schedule.state(at: 0), try pipeline.schedule.state(at: 1))
        func range(_ values: [Double]) -> String {
            "\(rounded(values.min() ?? 0, 3)) … \(rounded(values.max() ?? 0, 3))"
        }
        var facts: [(String, String)] = [
            ("training samples", "\(dataset.training.count) of \(dataset.shape)"),
            ("test samples", "\(dataset.test.count)"),
            ("components", "\(pipeline.space.componentCount) of \(pipeline.space.dimension)"),
            ("gamma at t = 0", range(start.gamma)),
            ("gamma at t = 1", range(end.gamma)),
        ]
        if let denoiser = pipeline.denoiser as? any TrainableDenoiser {
            facts.append(("parameters", "\(denoiser.parameterCount)"))
        }
        if let parts = try pipeline.heldParts() {
            facts.append(("held in training", parts.description))
        }
        facts.append(("denoiser, 64 samples", try Self.cost(of: pipeline)))
        self.facts = facts.map { (name: $0.0, value: $0.1) }
        report = pipeline.report
    }

    /// The time of one evaluation of the denoiser, after a first one that sets it up.
    private static func cost(of pipeline: Pipeline) throws -> String {
        let state = try pipeline.schedule.state(at: 0.5)
        let batch = [Float](repeating: 0, count: 64 * pipeline.space.componentCount)
        _ = try pipeline.denoiser.predictNoise(in: batch, states: .shared(state))
        let began = Date()
        _ = try pipeline.denoiser.predictNoise(in: batch, states: .shared(state))
        return "\(rounded(Date().timeIntervalSince(began) * 1e3, 2)) ms"
    }
}
