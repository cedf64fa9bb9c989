import Foundation

/// The process's environment, read in one place.
public enum Environment {
    /// A variable's value, or `nil` where it is unset or empty.
    public static subscript(name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The number of cores that the process may use.
    public static var activeProcessorCount: Int { ProcessInfo.processInfo.activeProcessorCount }
}
