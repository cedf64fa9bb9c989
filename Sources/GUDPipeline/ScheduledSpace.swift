import Foundation
import GUDCore
import GUDData

/// The schedule of a configuration and the space it acts on, fitted to the data; no denoiser is made.
public struct ScheduledSpace: Sendable {
    /// The space in which the diffusion lives.
    public let space: ComponentSpace
    /// The noise schedule.
    public let schedule: any NoiseSchedule
    /// The distance between neighbouring levels of the data; `nil` for continuous data.
    public let binWidth: Double?

    /// Fits the basis of a configuration.
    ///
    /// - Parameters:
    ///   - path: A configuration file, or the directory of a run, whose configuration and data are used.
    ///   - overrides: Assignments as in `schedule.softness=0.5`.
    /// - Throws: Whatever reading the configuration, loading the data and fitting throw.
    public init(contentsOf path: String, overrides: [String] = [], registry: Registry) throws {
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        let configuration = try Configuration(
            contentsOf: isDirectory.boolValue ? RunDirectory(path).configurationPath : path, overrides: overrides,
            registry: registry)
        let dataset = try configuration.loadData(registry)
        space = try Pipeline.fitSpace(configuration, to: dataset, registry: registry).space
        schedule = try Pipeline.schedule(of: configuration, in: space, registry)
        binWidth = dataset.binWidth
    }
}
