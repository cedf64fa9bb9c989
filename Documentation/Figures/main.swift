// Makes the pictures of the documentation that no command of `gud` makes: `gud-figures FOLDER` those of schedules, and
// `gud-figures guidance FILE.svg RECORD.json…` that of guidance, from records of `gud evaluate --guidance`.
import Foundation
import GUDCore
import GUDEvaluation
import GUDPlot

do {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "guidance", arguments.count >= 3 {
        let records = try arguments.dropFirst(2).map {
            try JSONDecoder().decode(RunEvaluation.self, from: try AtomicFile.read($0))
        }
        guard let figure = GuidanceFigure(records).figure() else {
            throw RunEvaluationRecordError(
                description: "the records hold no guided samples; make them by 'gud evaluate --guidance'")
        }
        try AtomicFile.write(Data(try figure.svg().utf8), to: arguments[arguments.startIndex + 1])
        exit(0)
    }
    guard arguments.count == 1, let folder = arguments.first else {
        FileHandle.standardError.write(
            Data("usage: gud-figures FOLDER | gud-figures guidance FILE.svg RECORD.json…\n".utf8))
        exit(2)
    }
    try AtomicFile.makeDirectory(folder)
    try AtomicFile.write(Data(try TransitionFigure.figure().png()), to: "\(folder)/transition.png")
    try AtomicFile.write(Data(try PathFigure.figure().svg().utf8), to: "\(folder)/paths.svg")
} catch {
    FileHandle.standardError.write(Data("gud-figures: \(error)\n".utf8))
    exit(1)
}

/// Why no figure can be made.
private struct RunEvaluationRecordError: Error, CustomStringConvertible {
    let description: String
}
