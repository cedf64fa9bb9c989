import Foundation
import GUDPipeline
import GUDSampling

/// What a sweep found: a line per member, and the mean over the seeds of each group.
struct SweepReport {
    private struct Line {
        let name: String
        let group: String
        let state: String
        let seconds: Double
        let loss: Double?
        let bits: Double?
        let bitsError: Double?
    }

    private let lines: [Line]

    init(_ tasks: [SweepTask], measurements: [SweepMeasurement]) {
        let likelihood = measurements.first { $0.name == "nll" }
        lines = tasks.map { task in
            let state =
                switch task.state {
                case .waiting, .running: "waiting"
                case .finished: "finished"
                case .interrupted: "stopped"
                case .failed: "failed"
                }
            let result = likelihood.flatMap { task.result(of: $0) }
            return Line(
                name: task.member.name, group: task.member.group, state: state, seconds: task.seconds,
                loss: task.directory.losses.last?.loss, bits: result?["bitsPerDimension"] as? Double,
                bitsError: result?["bitsPerDimensionError"] as? Double)
        }
    }

    /// The members whose likelihood is known, by group, in the order of the sweep; groups of one seed tell nothing new.
    private var groups: [(name: String, bits: [Double])] {
        var order: [String] = []
        var bits: [String: [Double]] = [:]
        for line in lines {
            guard let value = line.bits else { continue }
            if bits[line.group] == nil { order.append(line.group) }
            bits[line.group, default: []].append(value)
        }
        return order.map { ($0, bits[$0] ?? []) }.filter { $0.1.count > 1 }
    }

    /// Tables for people.
    var text: String {
        func number(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "–" }
        let header = ["member", "state", "seconds", "loss", "bits/dim", "±"]
        let rows = lines.map { line in
            [
                line.name, line.state, number(line.seconds, "%.0f"), number(line.loss, "%.4f"),
                number(line.bits, "%.4f"),
                number(line.bitsError, "%.4f"),
            ]
        }
        var text = Terminal.table([header] + rows, numeric: true)
        guard !groups.isEmpty else { return text }
        text += "\n\n"
        text += Terminal.table(
            [["over seeds", "seeds", "bits/dim", "±"]]
                + groups.map { name, bits in
                    let mean = LikelihoodReport.Estimate(bits)
                    return [
                        name, "\(bits.count)", String(format: "%.4f", mean.value), String(format: "%.4f", mean.error),
                    ]
                }, numeric: true)
        return text
    }

    /// The same for a script.
    var json: [String: Any] {
        [
            "members": lines.map { line in
                var object: [String: Any] = [
                    "name": line.name, "group": line.group, "state": line.state, "seconds": line.seconds,
                ]
                object["loss"] = line.loss
                object["bitsPerDimension"] = line.bits
                object["bitsPerDimensionError"] = line.bitsError
                return object
            },
            "groups": groups.map { name, bits in
                let mean = LikelihoodReport.Estimate(bits)
                return [
                    "name": name, "seeds": bits.count, "bitsPerDimension": mean.value,
                    "bitsPerDimensionError": mean.error,
                ]
            },
        ]
    }
}
