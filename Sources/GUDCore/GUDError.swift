/// An error that a person can act on: its description names the value, the place and the remedy.
///
/// Every area has its own enum with the data in its cases; the text is made in that enum alone.
public protocol GUDError: Error, CustomStringConvertible, Sendable {
    /// Who has to act: the author of the command or configuration, or nobody in particular.
    var blame: Blame { get }
}

/// Tells a mistake in a request from a failure while carrying it out.
public enum Blame: Sendable {
    /// The request itself is wrong: a name, key, value or argument. The command line exits with 2.
    case request
    /// The request is fine, carrying it out failed: a file, a device, a number. The command line exits with 1.
    case execution
}
