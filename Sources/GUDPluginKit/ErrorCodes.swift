import CGUDPlugin
import GUDCore
import GUDPluginABI

/// Runs a component's code for the host: what it throws becomes a status and a text.
func reporting(to report: UnsafeMutablePointer<gud_error>?, _ body: () throws -> Void) -> gud_status {
    do {
        try body()
        return GUD_OK
    } catch let failure as any GUDError {
        return gud_error.report(failure.description, code: code(of: failure), to: report)
    } catch {
        return gud_error.report("\(error)", code: GUD_ERROR_INTERNAL, to: report)
    }
}

private func code(of failure: any GUDError) -> gud_status {
    switch failure {
    case BasisError.unsupportedShape: GUD_ERROR_SHAPE
    case BasisError.needsData, DenoiserError.needsData: GUD_ERROR_NEEDS_DATA
    case is FileError: GUD_ERROR_IO
    case is AbsentAbility: GUD_ERROR_UNSUPPORTED
    case let broken as BrokenCall: broken.code
    default: failure.blame == .request ? GUD_ERROR_ARGUMENT : GUD_ERROR_INTERNAL
    }
}

/// The host called a function with something that the interface does not allow.
struct BrokenCall: GUDError {
    let description: String
    var code = GUD_ERROR_ARGUMENT
    var blame: Blame { .request }

    /// The host describes samples that this version of the kit does not know.
    static func shape(rank: UInt32) -> BrokenCall {
        BrokenCall(description: "the host describes samples of \(rank) axes", code: GUD_ERROR_SHAPE)
    }
}

/// An object lacks an ability that it was asked for.
struct AbsentAbility: GUDError {
    let description: String
    var blame: Blame { .execution }
}

/// A component made another number of values than it said.
struct BrokenPromise: GUDError {
    let what: String
    let count: Int
    let expected: Int
    var description: String { "\(what): \(count) values where \(expected) are expected" }
    var blame: Blame { .execution }
}
