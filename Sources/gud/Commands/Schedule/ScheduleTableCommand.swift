import ArgumentParser
import Foundation
import GUDCore

struct ScheduleTableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Print γ and what derives from it, one row per time and component.",
        discussion: """
            Columns: t,component,gamma,gamma_dot,alpha,sigma,beta. Labels serve as the order 'custom' unless --order of
            the schedule says otherwise; without labels and variances every component has label 0 and variance 1.

            Example:
              gud schedule table linear --set gammaMin=-13.3 --set gammaMax=5 --times 0,0.5,1
              gud schedule table soft --labels l.npy --set order=custom --set softness=0.5 --times 0,0.5,1 -o t.csv
            """)

    @Argument(
        help: "The name of a schedule, as in 'gud list schedule'; a configuration file; or the directory of a run.")
    var name: String

    @Option(help: ArgumentHelp("Times from 0 (data) to 1 (noise), separated by commas.", valueName: "0,0.5,1"))
    var times: String

    @Option(name: .shortAndLong, help: ArgumentHelp("A file for the table.", valueName: "T.csv"))
    var output: String?

    @OptionGroup var options: ScheduleOptions

    func validate() throws { try OutputPath.validate([("-o", output)]) }

    func run() throws {
        let instants: [Double] = try CommaList.numbers(
            times, of: "--times", remedy: "write numbers from 0 to 1 with commas between, such as 0,0.5,1")
        let schedule = try options.subject(name).schedule
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
}
