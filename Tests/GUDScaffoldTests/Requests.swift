import Foundation
import GUDCore
import TestSupport

@testable import GUDScaffold

/// A language with a kind that can be written in it.
struct Combination: CustomStringConvertible, Sendable {
    let language: PluginLanguage
    let kind: PluginKind

    var description: String { "\(language) \(kind)" }

    static let all = PluginLanguage.allCases.flatMap { language in
        language.kinds.map { Combination(language: language, kind: $0) }
    }

    /// A scaffold of this combination, with a name that is hard on the language.
    func scaffold(name: String? = nil) throws(ScaffoldError) -> Scaffold {
        let hard: [PluginKind: String] = [
            .basis: "int.2+", .schedule: "noise", .denoiser: "denoiser", .conditioner: "null",
        ]
        return try Scaffold(
            kind: kind, name: name ?? hard[kind] ?? "plain", language: language,
            checkout: PythonReference.packageRoot.path)
    }
}

/// What an error says, and whom it blames; `nil` where there is none.
func refusal<Value>(_ body: () throws -> Value) -> (text: String, blame: Blame)? {
    do {
        _ = try body()
        return nil
    } catch let error as any GUDError {
        return (error.description, error.blame)
    } catch {
        return ("\(error)", .execution)
    }
}
