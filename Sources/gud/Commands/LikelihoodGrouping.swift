import ArgumentParser
import Foundation
import GUDCore
import GUDSampling

/// What a likelihood is broken down by.
enum LikelihoodGrouping: String, ExpressibleByArgument, CaseIterable {
    case component
    case level
    case frequency
    case row
    case column

    /// The order whose labels make the groups; `nil` where every component is its own.
    var order: NaturalOrder? { NaturalOrder(rawValue: rawValue) }

    /// The groups of a report.
    func parts(of report: LikelihoodReport, basis: any Basis) throws(LikelihoodError) -> [LikelihoodReport.Part] {
        guard let order else { return report.byComponent() }
        return try report.by(order, of: basis)
    }
}

extension LikelihoodReport {
    /// The report as people read it.
    func text(data: String, by grouping: LikelihoodGrouping?, parts: [Part]?) -> String {
        let (bits, nats) = (bitsPerDimension, meanNats)
        var lines = [
            String(format: "%.4f ± %.4f bits/dim", bits.value, bits.error),
            String(format: "%.3f ± %.3f nats per sample, mean and standard error", nats.value, nats.error), "",
        ]
        let facts = [("data", "\(data), \(count) samples"), ("method", method.rawValue)] + recipe
        lines.append(Terminal.table(facts.map { [$0.0, $0.1] }))
        if let grouping, let parts {
            let rows = parts.map { part in
                [
                    String(format: "%.6g", part.label), "\(part.componentCount)",
                    String(format: "%.4f", part.bits.value), String(format: "%.4f", part.bits.error),
                    String(format: "%.4f", part.bits.value / Double(part.componentCount)),
                ]
            }
            let head = [grouping.rawValue, "components", "bits", "±", "bits/component"]
            lines += ["", Terminal.table([head] + rows, numeric: true)]
        }
        return lines.joined(separator: "\n")
    }

    /// The report as a script reads it.
    func json(data: String, by grouping: LikelihoodGrouping?, parts: [Part]?) -> [String: Any] {
        func number(_ value: Double) -> Any { value.isFinite ? value : NSNull() }
        var object: [String: Any] = [
            "method": method.rawValue, "data": data, "count": count, "dimension": dimension, "seed": seed,
            "bitsPerDimension": number(bitsPerDimension.value),
            "bitsPerDimensionError": number(bitsPerDimension.error), "nats": number(meanNats.value),
            "natsError": number(meanNats.error), "natsPerSample": nats, "binWidth": binWidth ?? NSNull(),
            "dequantisation": binWidth == nil ? NSNull() : dequantisation.rawValue as Any,
            "evaluationsPerSample": evaluationsPerSample, "jacobianProductsPerSample": productsPerSample,
            "recipe": Dictionary(uniqueKeysWithValues: recipe.map { ($0.name, $0.value) }),
        ]
        if let grouping, let parts {
            object["by"] = grouping.rawValue
            object["parts"] = parts.map { part in
                [
                    "label": part.label, "components": part.componentCount, "bits": number(part.bits.value),
                    "bitsError": number(part.bits.error),
                ]
            }
        }
        return object
    }
}
