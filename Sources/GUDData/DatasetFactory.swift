import Foundation
import GUDCore

/// Loads or synthesises data sets of one name.
public struct DatasetFactory: ComponentFactory {
    /// What people see of it.
    public let descriptor: Descriptor
    /// Loads the data set from checked parameters.
    public let make: @Sendable (Parameters, DatasetContext) throws -> Dataset

    /// A factory that works through a closure.
    public init(_ descriptor: Descriptor, make: @escaping @Sendable (Parameters, DatasetContext) throws -> Dataset) {
        self.descriptor = descriptor
        self.make = make
    }
}

/// What a data set may draw on while it is loaded.
public struct DatasetContext: Sendable {
    /// Where relative paths begin: the directory of the configuration file.
    public var baseDirectory: String
    /// The seed of the run, for synthetic data.
    ///
    /// Splits of real data have a seed of their own, so that two runs share a test set.
    public var seed: UInt64

    /// A context; relative paths begin at the working directory by default.
    public init(baseDirectory: String = ".", seed: UInt64 = 0) {
        self.baseDirectory = baseDirectory
        self.seed = seed
    }

    /// The path that a configuration means: itself where it is absolute, else below ``baseDirectory``.
    public func resolve(_ path: String) -> String {
        let isLocal = path.hasPrefix("/") || baseDirectory.isEmpty || baseDirectory == "."
        return isLocal ? path : (baseDirectory as NSString).appendingPathComponent(path)
    }
}

extension ComponentKind where Factory == DatasetFactory {
    /// Data sets.
    public static var dataset: ComponentKind { ComponentKind("dataset") }
}
