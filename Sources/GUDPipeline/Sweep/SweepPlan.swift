import Foundation
import GUDCore

/// The members of a sweep: every configuration with every combination of values and seeds.
///
/// A plan is a pure function of its inputs, so that the same command finds its members again.
public struct SweepPlan: Sendable {
    /// One run of a sweep.
    public struct Member: Sendable {
        /// The name, and that of its directory: `digits,basis=pca,softness=0.5,seed=1`.
        public let name: String
        /// The name without the seed: runs that differ in their seed alone share it.
        public let group: String
        /// What is trained.
        public let configuration: Configuration
    }

    /// The members, configurations first, then axes in the order given, seeds last and fastest.
    public let members: [Member]

    /// Makes a plan, and checks every configuration in it.
    ///
    /// - Parameters:
    ///   - paths: Configuration files, at least one.
    ///   - overrides: Assignments that all members share.
    ///   - axes: Keys with their values.
    ///   - seeds: Seeds; the configuration's own where there are none.
    /// - Throws: ``SweepError``; what reading a configuration throws, with the member's name in front.
    public init(
        _ paths: [String], overrides: [String] = [], axes: [SweepAxis] = [], seeds: [Int] = [], registry: Registry
    ) throws {
        guard !paths.isEmpty else { throw SweepError.nothing }
        let names = Self.names(of: paths)
        let keys = try Self.keys(of: axes)
        let shared = try overrides.map(Override.init)
        var members: [Member] = []
        for (path, name) in zip(paths, names) {
            for values in Self.product(axes.map(\.values)) {
                let labels = zip(keys, values).map { "\($0)=\(SweepAxis.label($1))" }
                let varied = try zip(axes, values).map { try Override($0.path, $1) }
                let group = ([name] + labels).filter { !$0.isEmpty }.joined(separator: ",")
                for seed in seeds.isEmpty ? [nil] : seeds.map(Optional.some) {
                    let memberName = ([group] + (seed.map { ["seed=\($0)"] } ?? [])).joined(separator: ",")
                    let seeding = try seed.map { [try Override("seed", .integer($0))] } ?? []
                    do {
                        members.append(
                            Member(
                                name: memberName, group: group,
                                configuration: try Configuration(
                                    contentsOf: path, applying: shared + varied + seeding, registry: registry)))
                    } catch let error as any GUDError {
                        throw SweepError.member(memberName, reason: error.description)
                    }
                }
            }
        }
        let repeated = Dictionary(grouping: members, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
        if let name = repeated.first { throw SweepError.ambiguous(name) }
        self.members = members
    }

    /// What configurations are called: their files' names, with the folder where two files have the same.
    private static func names(of paths: [String]) -> [String] {
        let short = paths.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
        return zip(paths, short).map { path, name in
            guard short.count(where: { $0 == name }) > 1 else { return name }
            return URL(fileURLWithPath: path).deletingLastPathComponent().lastPathComponent + "-" + name
        }
    }

    /// What axes are called: the last word of the key, the whole key where two end alike.
    private static func keys(of axes: [SweepAxis]) throws(SweepError) -> [String] {
        let paths = axes.map(\.path)
        if let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) {
            throw .axis(twice, reason: "the key is varied twice; give all values at once")
        }
        let short = axes.map(\.shortName)
        return zip(axes, short).map { axis, name in short.count { $0 == name } > 1 ? axis.path : name }
    }

    /// All combinations, the last list fastest.
    private static func product(_ lists: [[ParameterValue]]) -> [[ParameterValue]] {
        lists.reduce([[]]) { combinations, list in combinations.flatMap { start in list.map { start + [$0] } } }
    }
}

/// What can be wrong with a sweep before anything runs.
public enum SweepError: GUDError, Equatable {
    /// No configuration was given.
    case nothing
    /// A key with its values cannot be read.
    case axis(String, reason: String)
    /// The configuration of a member is not valid.
    case member(String, reason: String)
    /// Two members have the same name.
    case ambiguous(String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .nothing: "a sweep needs at least one configuration"
        case .axis(let text, let reason): "--vary \(text): \(reason); for example --vary schedule.softness=0.5,2,.inf"
        case .member(let name, let reason): "member \(name): \(reason)"
        case .ambiguous(let name): "two members are called \(name): give every configuration, value and seed once"
        }
    }

    /// Always the request's.
    public var blame: Blame { .request }
}
