/// A parameter that is a list of numbers, written out or kept in a `.npy` file.
///
/// A configuration that is read from a file replaces the path by the numbers, so that a run never depends on a file beside it.
public enum NumberList: ParameterRepresentable, Equatable {
    /// The path of a `.npy` file.
    case file(String)
    /// The numbers themselves.
    case numbers([Double])

    /// A list of numbers; a file is read before it gets anywhere.
    public static var form: ParameterForm { .numbers }

    /// What a person should write.
    public static var expectation: String { "a list of numbers, or the path of a .npy file" }

    /// Reads a path or a list of numbers.
    public init?(_ value: ParameterValue) {
        if let path = String(value) {
            self = .file(path)
        } else if let numbers = [Double](value) {
            self = .numbers(numbers)
        } else {
            return nil
        }
    }

    /// The list as a configuration holds it.
    public var parameterValue: ParameterValue {
        switch self {
        case .file(let path): .string(path)
        case .numbers(let numbers): numbers.parameterValue
        }
    }

    /// The numbers, read from the file where there is one.
    ///
    /// - Throws: ``FileError``.
    public func values() throws(FileError) -> [Double] {
        switch self {
        case .file(let path): try NumpyArray(contentsOf: path).values
        case .numbers(let numbers): numbers
        }
    }
}
