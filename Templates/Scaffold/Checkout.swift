import Foundation

/// The sources of GUD that a Swift plugin is built against.
enum Checkout {
    /// The checkout that this program was built from, whether or not it is still there.
    static let ofThisProgram = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The absolute path of a checkout.
    ///
    /// - Parameters:
    ///   - given: What somebody named, or `nil` for the default.
    ///   - standard: The default.
    /// - Throws: ``ScaffoldError/notACheckout(_:)``, or ``ScaffoldError/checkoutUnknown`` where the default is gone.
    static func path(_ given: String?, standard: String = ofThisProgram) throws(ScaffoldError) -> String {
        let path = URL(fileURLWithPath: given ?? standard).standardizedFileURL.path
        let manifest = try? String(contentsOfFile: "\(path)/Package.swift", encoding: .utf8)
        guard let manifest, manifest.contains("GUDPluginKit") else {
            if let given { throw .notACheckout(given) }
            throw .checkoutUnknown
        }
        return path
    }
}
