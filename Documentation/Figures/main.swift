// Makes the pictures of Documentation/schedules.md that no command of `gud` makes: `gud-figures FOLDER`.
import Foundation
import GUDCore
import GUDPlot

do {
    guard CommandLine.arguments.count == 2 else {
        FileHandle.standardError.write(Data("usage: gud-figures FOLDER\n".utf8))
        exit(2)
    }
    let folder = CommandLine.arguments[1]
    try AtomicFile.makeDirectory(folder)
    try AtomicFile.write(Data(try TransitionFigure.figure().png()), to: "\(folder)/transition.png")
    try AtomicFile.write(Data(try PathFigure.figure().svg().utf8), to: "\(folder)/paths.svg")
} catch {
    FileHandle.standardError.write(Data("gud-figures: \(error)\n".utf8))
    exit(1)
}
