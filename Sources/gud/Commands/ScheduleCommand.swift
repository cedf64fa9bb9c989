import ArgumentParser
import Foundation
import GUDCore
import GUDPipeline

struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Look at a noise schedule.", subcommands: [Table.self])

    struct Table: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print γ and what derives from it, one row per time and component.",
            discussion: """
                Columns: t,component,gamma,gamma_dot,alpha,sigma,beta. Labels serve as the order 'custom' unless --order of
                the schedule says otherwise; without labels and variances every component has label 0 and variance 1.

                Example:
                  gud schedule table linear --set gammaMin=-13.3 --set gammaMax=5 --times 0,0.5,1
                  gud schedule table soft --labels l.npy --set order=custom --set softness=0.5 --times 0,0.5,1 -o t.csv
                """)

        @Argument(help: "The name of a schedule, as in 'gud list schedule'.")
        var name: String

        @Option(
            name: .customLong("set"), parsing: .singleValue,
            help: ArgumentHelp("A parameter of the schedule; may be repeated.", valueName: "key=value"))
        var set: [String] = []

        @Option(help: ArgumentHelp("One ordering label per component.", valueName: "L.npy"))
        var labels: String?

        @Option(help: ArgumentHelp("One variance of the whitened component each.", valueName: "V.npy"))
        var variances: String?

        @Option(help: "The number of components, where neither labels nor variances tell.")
        var components: Int?

        @Option(help: ArgumentHelp("Times from 0 (data) to 1 (noise), separated by commas.", valueName: "0,0.5,1"))
        var times: String

        @Option(name: .shortAndLong, help: ArgumentHelp("A file for the table.", valueName: "T.csv"))
        var output: String?

        @OptionGroup var plugins: PluginOptions

        func run() throws {
            let instants = try times.split(separator: ",", omittingEmptySubsequences: false).map { text in
                guard let time = Double(text.trimmingCharacters(in: .whitespaces)) else {
                    throw ValidationError("--times \(times): '\(text)' is not a number")
                }
                return time
            }
            let schedule = try schedule(try plugins.registry())
            var lines = ["t,component,gamma,gamma_dot,alpha,sigma,beta"]
            for time in instants {
                let state = try schedule.state(at: time)
                for index in 0..<state.componentCount {
                    let numbers = [
                        state.gamma[index], state.gammaRate[index], state.alpha[index], state.sigma[index],
                        state.beta(index),
                    ]
                    lines.append("\(time),\(index)," + numbers.map { "\($0)" }.joined(separator: ","))
                }
            }
            let text = lines.joined(separator: "\n")
            if let output {
                try AtomicFile.write(Data((text + "\n").utf8), to: output)
                print(output)
            } else {
                print(text)
            }
        }

        private func schedule(_ registry: Registry) throws -> any NoiseSchedule {
            let variances = try self.variances.map { try NumpyArray(contentsOf: $0).values }
            let labelCount = try labels.map { try NumpyArray(contentsOf: $0).values.count }
            let counts = [labelCount, variances?.count, components].compactMap { $0 }
            let count = counts.first ?? 1
            guard counts.allSatisfy({ $0 == count }), count > 0 else {
                throw ValidationError(
                    "labels, variances and --components disagree: \(counts.map(String.init).joined(separator: ", "))")
            }
            if let index = variances?.firstIndex(where: { !($0 > 0) }) {
                throw ValidationError(
                    "--variances: entry \(index) is \(variances?[index] ?? 0); variances are positive")
            }
            let factory = try registry.factory(.schedule, named: name)
            var given = try Configuration.table(of: set)
            if let labels {
                given["labels"] = .string(labels)
                given["order"] = given["order"] ?? .string("custom")
            }
            return try factory.make(
                try factory.descriptor.schema.resolve(given, at: "schedule"),
                ScheduleContext(componentCount: count, variances: variances))
        }
    }
}
