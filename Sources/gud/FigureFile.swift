import ArgumentParser
import Foundation
import GUDCore
import GUDPlot

/// A figure as a file, in the form that the ending of its name says.
enum FigureFile {
    enum Format: String { case svg, png }

    /// The form of a file's name.
    static func format(of path: String, option: String = "-o") throws -> Format {
        guard let format = Format(rawValue: URL(fileURLWithPath: path).pathExtension.lowercased()) else {
            throw ValidationError("\(option) \(path): the file must end in .svg or .png")
        }
        return format
    }

    /// Writes a figure.
    static func write(_ figure: Figure, to path: String) throws {
        switch try format(of: path) {
        case .svg: try AtomicFile.write(Data(try figure.svg().utf8), to: path)
        case .png: try AtomicFile.write(Data(try figure.png()), to: path)
        }
    }
}
