import Foundation
import GUDCore
import GUDData
import Testing

/// A directory that is gone when the test is over.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("gud-data-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, making its directory, and returns its path.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}

/// The bytes of a literal in base 64.
func bytes(base64 text: String) throws -> [UInt8] {
    try [UInt8](#require(Data(base64Encoded: text)))
}

/// The message of the error that the body throws.
func message(of body: () throws -> some Any) throws -> String {
    do {
        _ = try body()
    } catch let error as any GUDError {
        return error.description
    }
    Issue.record("nothing was thrown")
    return ""
}

/// A built-in data set by name, as the pipeline gets it.
func dataset(
    _ name: String, _ given: [String: ParameterValue] = [:], baseDirectory: String = ".", seed: UInt64 = 0
) throws -> Dataset {
    var registry = Registry()
    try BuiltInDatasets.register(in: &registry)
    let factory = try registry.factory(.dataset, named: name)
    return try factory.make(
        factory.descriptor.schema.resolve(given, at: "data"), DatasetContext(baseDirectory: baseDirectory, seed: seed))
}

/// The mean of many values, in Double.
func mean(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) } / Double(values.count)
}
