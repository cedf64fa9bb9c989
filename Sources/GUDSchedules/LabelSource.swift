import Foundation
import GUDCore

/// Where the labels of each order come from: the data's variances, the basis, or a file.
struct LabelSource {
    let context: ScheduleContext
    /// One label per component, for ``LabelOrder/custom``.
    let custom: NumberList?
    /// The side of a block in pixels, for ``LabelOrder/block``.
    let blockSize: Int
    /// Where the schedule stands in the configuration, for messages.
    let path: String
    /// The key under which the orders stand there.
    var orderKey = "order"

    /// The weighted sum of the orders' labels, sequences spread over `[0, range]`.
    func labels(_ orders: WeightedOrders, range: Double) throws -> [Double] {
        var sum = [Double](repeating: 0, count: context.componentCount)
        for term in orders.terms {
            let natural = try labels(term.order)
            let labels = term.order.isSequential ? Self.spread(natural, over: range) : natural
            for index in sum.indices { sum[index] += term.weight * labels[index] }
        }
        return sum
    }

    private func labels(_ order: LabelOrder) throws -> [Double] {
        switch order {
        case .variance: context.dataVariances.map { -log($0) }
        case .frequency: try natural(.frequency, for: order)
        case .level: try natural(.level, for: order)
        case .column: try natural(.column, for: order)
        case .row: try natural(.row, for: order)
        case .block: try blocks()
        case .custom: try customLabels()
        }
    }

    private func natural(_ order: NaturalOrder, for asked: LabelOrder) throws(ParameterError) -> [Double] {
        guard let labels = context.labels[order] else {
            throw .rule(
                "\(path).\(orderKey)", asked.rawValue.parameterValue,
                "needs '\(order.rawValue)' labels, which the basis does not give; orders it knows: "
                    + known.map(\.rawValue).joined(separator: ", "))
        }
        return labels
    }

    /// The orders that can be had in this context.
    private var known: [LabelOrder] {
        LabelOrder.allCases.filter { order in
            switch order {
            case .variance, .custom: true
            case .block: context.labels[.row] != nil && context.labels[.column] != nil
            default: NaturalOrder(rawValue: order.rawValue).map { context.labels[$0] != nil } ?? false
            }
        }
    }

    /// The index, in reading order, of the block in which each component begins.
    private func blocks() throws -> [Double] {
        let side = Double(blockSize)
        let rows = try natural(.row, for: .block).map { ($0 / side).rounded(.down) }
        let columns = try natural(.column, for: .block).map { ($0 / side).rounded(.down) }
        let perRow = (columns.max() ?? 0) + 1
        return zip(rows, columns).map { $0 * perRow + $1 }
    }

    private func customLabels() throws -> [Double] {
        guard let custom else {
            throw ParameterError.rule(
                "\(path).\(orderKey)", .string("custom"), "needs labels; give '\(path).labels' the path of a .npy file")
        }
        let labels = try custom.values()
        guard labels.count == context.componentCount else {
            // Of a list the numbers say nothing here, and there may be thousands.
            let name = if case .file(let path) = custom { path } else { "the list" }
            throw ParameterError.rule(
                "\(path).labels", .string(name),
                "holds \(labels.count) labels where there are \(context.componentCount) components")
        }
        return labels
    }

    /// Labels moved and scaled so that the lowest is 0 and the highest is `range`; all 0 where they are equal.
    static func spread(_ labels: [Double], over range: Double) -> [Double] {
        guard let low = labels.min(), let high = labels.max(), high > low else { return labels.map { _ in 0 } }
        return labels.map { range * (($0 - low) / (high - low)) }
    }
}
