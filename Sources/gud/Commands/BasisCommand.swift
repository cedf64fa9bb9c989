import ArgumentParser
import Foundation
import GUDBases
import GUDCore
import GUDPipeline

struct BasisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "basis", abstract: "Look at a basis, or apply it to data.",
        subcommands: [Show.self, Apply.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a basis is for a shape: components, natural labels, and what fitting found.",
            discussion: """
                Example:
                  gud basis show haar --shape 8,8,1 --set levels=2
                  gud basis show pca --shape 8,8,1 --fit digits.npy
                """)

        @OptionGroup var choice: BasisOptions
        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var plugins: PluginOptions

        func run() throws {
            let (basis, _) = try choice.basis(try plugins.registry())
            let labels = NaturalOrder.allCases.compactMap { order in basis.labels(order).map { (order.rawValue, $0) } }
            let report = (basis as? any FittedBasis)?.fitReport ?? []
            if json {
                let object: [String: Any] = [
                    "name": choice.name, "shape": basis.shape.axes, "components": basis.componentCount,
                    "labels": Dictionary(uniqueKeysWithValues: labels), "report": report,
                ]
                try print(JSONText.of(object))
                return
            }
            var rows = [
                ["basis", choice.name], ["shape", basis.shape.description],
                ["components", "\(basis.componentCount) of \(basis.dimension)"],
            ]
            for (order, values) in labels {
                rows.append([
                    "label '\(order)'",
                    "\(values.min() ?? 0) … \(values.max() ?? 0), \(Set(values).count) distinct",
                ])
            }
            print(Terminal.table(rows))
            for line in report { print(line) }
        }
    }

    struct Apply: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Transform samples into components, or back.",
            discussion: """
                Reads and writes float32 .npy, the batch first. A basis is orthonormal and never removes a mean; a fitted
                one is fitted to --fit, or to the input.

                Example:
                  gud basis apply dct --shape 8,8,1 --input x.npy --output c.npy
                  gud basis apply dct --shape 8,8,1 --input c.npy --output x.npy --inverse
                """)

        @OptionGroup var choice: BasisOptions
        @Option(help: ArgumentHelp("Samples (or components, with --inverse).", valueName: "X.npy"))
        var input: String
        @Option(help: ArgumentHelp("Where to write the result.", valueName: "C.npy"))
        var output: String
        @Flag(help: "From components back to samples.")
        var inverse = false

        @OptionGroup var plugins: PluginOptions

        func validate() throws { try OutputPath.validate([("--output", output)]) }

        func run() throws {
            let values = try NumpyArray(contentsOf: input)
            let (basis, _) = try choice.basis(
                try plugins.registry(), fittingTo: inverse ? nil : (values.floats, input))
            let row = inverse ? basis.componentCount : basis.dimension
            let isRows = values.axes.count >= 2 && values.axes.dropFirst().reduce(1, *) == row
            guard isRows || (values.axes.count == 1 && row == 1) else {
                throw FileError.format(
                    input, offset: 0,
                    reason: "has shape \(values.axes); the first axis is the batch, and each row holds \(row) values")
            }
            let batch = values.axes[0]
            if inverse {
                try NumpyArray.write(
                    basis.inverse(values.floats), axes: [batch] + basis.shape.axes, to: output)
            } else {
                try NumpyArray.write(
                    basis.forward(values.floats), axes: [batch, basis.componentCount], to: output)
            }
            print(output)
        }
    }
}

/// Which basis, on which shape, fitted to what.
struct BasisOptions: ParsableArguments {
    @Argument(help: "The name of a basis, as in 'gud list basis'.")
    var name: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("A parameter of the basis; may be repeated.", valueName: "key=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("The shape of a sample: H,W,C of an image, or D of a vector.", valueName: "H,W,C"))
    var shape: String

    @Option(help: ArgumentHelp("Data that a fitted basis is fitted to; their mean is removed.", valueName: "DATA.npy"))
    var fit: String?

    /// Makes the basis.
    func basis(
        _ registry: Registry, fittingTo fallback: (values: [Float], path: String)? = nil
    ) throws -> (basis: any Basis, shape: SampleShape) {
        let remedy = "write H,W,C for images or D for vectors, all positive"
        guard let known = SampleShape(axes: try CommaList.numbers(shape, of: "--shape", remedy: remedy)) else {
            throw ValidationError("--shape \(shape): \(remedy)")
        }
        let given = try fit.map { (values: try NumpyArray(contentsOf: $0).floats, path: $0) } ?? fallback
        if let given, given.values.count % known.dimension != 0 {
            throw FileError.format(
                given.path, offset: 0,
                reason: "holds \(given.values.count) values, which is not a whole number of samples of \(known)")
        }
        let factory = try registry.factory(.basis, named: name)
        let parameters = try factory.descriptor.schema.resolve(Configuration.table(of: set), at: "basis")
        let basis = try factory.make(
            parameters,
            BasisContext(
                shape: known, fitting: given.map { try CentredSamples($0.values, shape: known).values },
                registry: registry))
        return (basis, known)
    }
}
