import Foundation
import GUDCore

/// `metrics.csv`: one line per logged step, appended as training goes on.
///
/// Columns: `step,loss,gradient_norm,learning_rate,steps_per_second,validation_loss`. Losses and norms are means over the steps
/// since the line before; the validation loss is empty where none was measured since then.
public final class MetricsFile {
    private let path: String
    private var handle: FileHandle?
    private var losses: [Double] = []
    private var norms: [Double] = []
    private var validationLoss: Double?
    private var lastLine = Date()

    static let header = "step,loss,gradient_norm,learning_rate,steps_per_second,validation_loss\n"

    /// Opens the file of a run; lines after `step`, left by a run that got further than its last checkpoint, are dropped.
    ///
    /// - Throws: ``FileError``.
    public init(path: String, keepingUpTo step: Int) throws(FileError) {
        self.path = path
        var lines = Self.header
        if step > 0, let old = try? String(contentsOfFile: path, encoding: .utf8) {
            for line in old.split(separator: "\n").dropFirst() {
                guard let number = Int(line.prefix { $0 != "," }), number <= step else { continue }
                lines += line + "\n"
            }
        }
        try AtomicFile.write(Data(lines.utf8), to: path)
        handle = FileHandle(forWritingAtPath: path)
        _ = try? handle?.seekToEnd()
    }

    /// The losses in a file, by step; empty where there is no file.
    public static func losses(path: String) -> [(step: Int, loss: Double)] {
        rows(path: path).dropFirst().compactMap { cells in
            guard cells.count > 1, let step = Int(cells[0]), let loss = Double(cells[1]) else { return nil }
            return (step, loss)
        }
    }

    private static func rows(path: String) -> [[Substring]] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    /// The wall time of the steps in a file, in seconds; `nil` where there is no file, or no line in it.
    public static func seconds(path: String) -> Double? {
        let rows = rows(path: path)
        guard let column = rows.first?.firstIndex(of: "steps_per_second") else { return nil }
        var (last, seconds) = (0.0, 0.0)
        for cells in rows.dropFirst() {
            guard cells.count > column, let step = Double(cells[0]), let rate = Double(cells[column]), rate > 0 else {
                continue
            }
            seconds += (step - last) / rate
            last = step
        }
        return last > 0 ? seconds : nil
    }

    /// Takes in a step.
    public func add(_ report: TrainingStepReport) {
        losses.append(report.loss)
        norms.append(report.gradientNorm)
    }

    /// Takes in a validation loss, for the next line.
    public func add(validationLoss: Double) { self.validationLoss = validationLoss }

    /// The mean loss since the last line, and steps per second.
    public var current: (loss: Double, stepsPerSecond: Double) {
        let count = Double(max(losses.count, 1))
        return (losses.reduce(0, +) / count, Double(losses.count) / max(Date().timeIntervalSince(lastLine), 1e-9))
    }

    /// Writes a line for the steps since the last one.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public func writeLine(step: Int, learningRate: Double) throws(FileError) {
        let (loss, rate) = current
        let norm = norms.reduce(0, +) / Double(max(norms.count, 1))
        let line =
            "\(step),\(loss),\(norm),\(learningRate),\((rate * 100).rounded() / 100),"
            + (validationLoss.map { "\($0)" } ?? "") + "\n"
        do {
            try handle?.write(contentsOf: Data(line.utf8))
        } catch {
            throw .write(path, reason: error.localizedDescription)
        }
        losses.removeAll(keepingCapacity: true)
        norms.removeAll(keepingCapacity: true)
        validationLoss = nil
        lastLine = Date()
    }
}
