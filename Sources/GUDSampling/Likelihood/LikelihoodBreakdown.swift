import Foundation
import GUDCore

extension LikelihoodReport {
    /// What some of the components contribute.
    public struct Part: Sendable, Equatable {
        /// The label that they share: a level, a frequency, a row; or the index of a single component.
        public let label: Double
        /// How many components there are.
        public let componentCount: Int
        /// −log₂ P of the part, in bits per sample; the parts sum to the whole.
        public let bits: Estimate
    }

    /// The contribution of every component.
    public func byComponent() -> [Part] { parts(labels: (0..<componentCount).map(Double.init)) }

    /// The contributions of the components that share a label, in the order of the labels.
    ///
    /// - Throws: ``LikelihoodError/noLabels(_:)`` where the basis does not have that order.
    public func by(_ order: NaturalOrder, of basis: any Basis) throws(LikelihoodError) -> [Part] {
        guard let labels = basis.labels(order), labels.count == componentCount else { throw .noLabels(order) }
        return parts(labels: labels)
    }

    /// The contributions of the components that share a label; labels that differ by rounding count as the same.
    public func parts(labels: [Double]) -> [Part] {
        var members: [(label: Double, components: [Int])] = []
        for component in labels.indices.sorted(by: { (labels[$0], $0) < (labels[$1], $1) }) {
            let label = labels[component]
            if let last = members.last, label - last.label <= 1e-9 * max(1, label.magnitude) {
                members[members.count - 1].components.append(component)
            } else {
                members.append((label, [component]))
            }
        }
        return members.map { label, components in
            let sums = (0..<count).map { row in
                components.reduce(0.0) { $0 + Double(componentNats[row * componentCount + $1]) }
            }
            return Part(
                label: label, componentCount: components.count, bits: Estimate(sums).scaled(by: 1 / log(2)))
        }
    }

    /// The number of components, *K*.
    private var componentCount: Int { componentNats.count / max(1, count) }
}
