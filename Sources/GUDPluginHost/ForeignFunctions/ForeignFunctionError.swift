import GUDCore

/// What can go wrong with functions of foreign libraries, from the manifest to the call.
public enum ForeignFunctionError: GUDError, Equatable {
    /// The manifest's file cannot be read.
    case unreadable(file: String, reason: String)
    /// The manifest is not YAML, or uses what manifests may not use.
    case syntax(file: String, reason: String)
    /// A key or value of the manifest is wrong.
    case manifest(file: String, ParameterError)
    /// The loader cannot open the library; `install` is the manifest's hint.
    case library(String, reason: String, install: String?)
    /// The library has no such symbol.
    case symbol(String, library: String, suggestion: String?)
    /// The symbol is there and is not a function.
    case notAFunction(String, library: String)
    /// A number is only known with the shape, and does not fit its type.
    case argument(call: String, index: Int, value: String, type: String, allowed: String)
    /// libffi refuses the signature.
    case signature(call: String)
    /// A set-up call reports failure.
    case status(call: String, returned: Int, expected: String)
    /// A set-up call gives no handle.
    case nullHandle(call: String, handle: String)
    /// A set-up call or a call in a check wrote outside its buffers.
    case outsideBuffer(call: String)
    /// There is no memory for the functions' buffers.
    case memory(bytes: Int)
    /// A sample pair does not come out.
    case sample(place: String, direction: String, index: Int, got: Float, expected: Float, tolerance: Double)
    /// A sample pair cannot be tried.
    case sampleFailed(place: String, reason: String)
    /// There is no memory for a closure's entry point.
    case closure(reason: String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .syntax(let file, let reason): "\(file): \(reason)"
        case .manifest(let file, let error): "\(file): \(error)"
        case .library(let library, let reason, let install):
            "library '\(library)' cannot be opened: \(reason); "
                + (install.map { "install it: \($0)" }
                    ?? "install it with your package manager, or correct 'library' in the manifest")
        case .symbol(let symbol, let library, let suggestion):
            "library '\(library)' has no function '\(symbol)'"
                + (suggestion.map { "; did you mean '\($0)'?" } ?? "; correct 'call' in the manifest")
        case .notAFunction(let symbol, let library):
            "'\(symbol)' of library '\(library)' is not a function; correct 'call' in the manifest"
        case .argument(let call, let index, let value, let type, let allowed):
            "argument \(index) of '\(call)': \(value) does not fit into \(type); allowed: \(allowed)"
        case .signature(let call): "libffi refuses the signature of '\(call)'; correct its argument types"
        case .status(let call, let returned, let expected):
            "'\(call)' returned \(returned), and \(expected) means success; the library refuses these arguments"
        case .nullHandle(let call, let handle):
            "'\(call)' gave NULL for '\(handle)'; the library refuses these arguments"
        case .outsideBuffer(let call):
            "'\(call)' wrote outside its buffers; correct its counts, its buffers' roles or 'elements' in the manifest"
        case .memory(let bytes): "there are no \(bytes) bytes for the functions' buffers; free some memory"
        case .sample(let place, let direction, let index, let got, let expected, let tolerance):
            "\(place): \(direction) gives \(got.isNaN ? .nan : got) at index \(index), expected \(expected) within "
                + "\(tolerance) of the largest; correct the signatures, the arguments' roles or the scale in the manifest"
        case .sampleFailed(let place, let reason): "\(place): \(reason)"
        case .closure(let reason):
            "no entry point for a closure can be made: \(reason); "
                + "this system forbids memory that libffi can make callable"
        }
    }

    /// A manifest is a request; what a library then does is not.
    public var blame: Blame {
        switch self {
        case .syntax, .manifest, .symbol, .notAFunction, .argument, .signature: .request
        default: .execution
        }
    }
}
