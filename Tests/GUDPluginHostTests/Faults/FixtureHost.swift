import Foundation
import GUDBases
import GUDCore
import Testing

@testable import GUDPluginHost

/// A host whose data, cache and trust lie in a folder of its own, and that looks at given files alone.
struct FixtureHost {
    /// Its home.
    let home: String
    /// The files and folders that it looks at.
    var paths: [String]
    /// How long a stage may take: long, unless a test waits for the end of it.
    var stageSeconds = 30.0

    init(_ paths: [String], stageSeconds: Double = 30) throws {
        home = try FixtureFolder.new()
        self.paths = paths
        self.stageSeconds = stageSeconds
    }

    var environment: HostEnvironment {
        HostEnvironment(variables: [
            "HOME": home, "XDG_DATA_HOME": "\(home)/data", "XDG_CACHE_HOME": "\(home)/cache",
            "XDG_CONFIG_HOME": "\(home)/config",
        ])
    }

    /// The host.
    ///
    /// - Parameter program: What runs plugins in a process of their own; one that is not there shows that none was needed.
    func host(program: String = PluginHost.Options.defaultProgram) throws -> PluginHost {
        var options = PluginHost.Options()
        options.paths = paths
        options.program = program
        options.environment = environment
        options.systemFolders = []
        options.stageSeconds = stageSeconds
        return try PluginHost(options)
    }

    /// One look at all files.
    struct Look {
        /// The files that were tried in a process.
        var started: [String] = []
        var records: [PluginRecord] = []

        /// What is said of a file; it is called FILE there, and the date of a quarantine is left out.
        func status(of path: String) throws -> String {
            let record = try #require(records.first { $0.path == path })
            guard case .quarantined(let breakdown, let date) = record.status else {
                return record.statusText.replacingOccurrences(of: path, with: "FILE")
            }
            #expect(abs(date.timeIntervalSinceNow) < 3600)
            #expect(record.statusText.hasPrefix("quarantined on \(date.formatted(.iso8601.year().month().day())): "))
            return "quarantined: \(breakdown.line)".replacingOccurrences(of: path, with: "FILE")
        }
    }

    /// Looks at all files.
    func look(program: String = PluginHost.Options.defaultProgram) throws -> Look {
        var look = Look()
        look.records = try host(program: program).records { line in
            look.started.append(String(line.split(separator: "'")[1]))
        }
        return look
    }

    /// The built-in bases and what plugins bring, with the complaints.
    func registry(program: String = PluginHost.Options.defaultProgram) throws -> (Registry, complaints: [String]) {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let complaints = try host(program: program).register(in: &registry)
        return (registry, complaints)
    }
}

/// Whether the process whose number a file holds has ended; one that was killed may take a moment to go.
func isProcessGone(notedIn file: String) throws -> Bool {
    let number = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    try #require(Int(number) != nil)
    for _ in 0..<500 {
        guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8) else { return true }
        if status.split(separator: ")").last?.hasPrefix(" Z") == true { return true }
        usleep(10_000)
    }
    return false
}

/// The program that cannot be started.
let noProgram = "/nowhere/gud"

extension Registry {
    /// Makes a basis.
    func basis(
        _ name: String, _ values: [String: ParameterValue] = [:], shape: SampleShape = .vector(3)
    ) throws -> any Basis {
        let factory = try factory(.basis, named: name)
        return try factory.make(
            factory.descriptor.schema.resolve(values, at: "basis"), BasisContext(shape: shape, registry: self))
    }

    /// Expects that a basis of the negating plugin, and a built-in, work.
    func expectOthersWork(_ name: String = "healthy", sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try basis(name).forward([1, 2, 3]) == [-1, -2, -3], sourceLocation: sourceLocation)
        #expect(try basis("pixel").forward([1, 2, 3]) == [1, 2, 3], sourceLocation: sourceLocation)
    }
}

/// Expects that a plugin is not used, for the reason given; that this is remembered; and that all else goes on.
func expectItAloneFails(
    _ path: String, _ status: String, isTried: Bool = true, stageSeconds: Double = 30,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let healthy = try FixturePlugin.healthy()
    var host = try FixtureHost([healthy])
    // The healthy one gets all the time that it needs, however short the other's is.
    #expect(try host.look().status(of: healthy) == "ok", sourceLocation: sourceLocation)
    host.paths = [path, healthy]
    host.stageSeconds = stageSeconds
    let first = try host.look()
    #expect(first.started == (isTried ? [path] : []), sourceLocation: sourceLocation)
    let said = try first.status(of: path)
    #expect(said == status, sourceLocation: sourceLocation)
    let second = try host.look(program: noProgram)
    #expect(second.started == [], sourceLocation: sourceLocation)
    let remembered = try second.status(of: path)
    #expect(remembered == said, sourceLocation: sourceLocation)
    #expect(try second.status(of: healthy) == "ok", sourceLocation: sourceLocation)
    let (registry, complaints) = try host.registry(program: noProgram)
    let record = try #require(second.records.first { $0.path == path })
    #expect(complaints == ["plugin '\(path)' is not used; \(record.statusText)"], sourceLocation: sourceLocation)
    #expect(registry.names(of: "schedule") == ["healthy"], sourceLocation: sourceLocation)
    try registry.expectOthersWork(sourceLocation: sourceLocation)
}
