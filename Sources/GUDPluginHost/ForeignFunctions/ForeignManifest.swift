import GUDCore

/// A basis made of an existing C library's functions, described by a file alone: `NAME.plugin.yaml`.
///
/// Reading a manifest checks every key, word and number, and opens nothing. The library is opened by ``factory()``'s
/// bases and by ``checkSamples(guardPages:)``. A wrong signature is undefined behaviour in C, which no reading can
/// find: run ``checkSamples(guardPages:)`` in a process that may die before anything else uses the basis.
///
///     let manifest = try ForeignManifest(contentsOf: "fftw.plugin.yaml")
///     try registry.register(manifest.factory(), as: .basis, provider: manifest.provider())
///
/// The format is described in `Plugins/FFTW/README.md` with a whole example.
public struct ForeignManifest: Sendable {
    /// The plugin's id, `org.example.fftw`.
    public let id: String
    /// The plugin's version.
    public let version: String
    /// The licence of the library, where the manifest states it; the user supplies the library.
    public let license: String?
    /// The library as the manifest names it.
    public let library: String
    /// What the loader is given: a soname, or a path where the manifest names one relative to itself.
    ///
    /// A host that keeps checked copies of libraries may point it to one.
    public var libraryPath: String
    /// How to install the library, where the manifest says so.
    public let install: String?
    /// The manifest's own path or name, for messages.
    public let file: String
    /// The name of the basis in a configuration.
    public var name: String { basis.name }
    /// One sentence about the basis.
    var summary: String { basis.summary }
    /// The parameters that the manifest declares.
    var parameterSpecifications: [ParameterSpecification] { basis.parameters.map(\.specification) }
    /// The number of sample pairs.
    public var sampleCount: Int { basis.samples.count }

    let basis: ForeignBasisDescription

    /// Reads a manifest.
    ///
    /// - Parameter path: The file's path; a library named by a relative path is looked for beside it.
    /// - Throws: ``ForeignFunctionError/unreadable(file:reason:)``, or as ``init(text:file:directory:)``.
    public init(contentsOf path: String) throws(ForeignFunctionError) {
        try self.init(
            text: try ManifestText.read(path), file: path, directory: ManifestText.directory(of: path))
    }

    /// Reads the text of a manifest.
    ///
    /// - Parameters:
    ///   - text: YAML.
    ///   - file: What messages call it.
    ///   - directory: Where relative paths start.
    /// - Throws: ``ForeignFunctionError/syntax(file:reason:)`` or ``ForeignFunctionError/manifest(file:_:)``.
    public init(text: String, file: String, directory: String) throws(ForeignFunctionError) {
        let values = try ManifestText.table(text, file: file)
        do throws(ParameterError) {
            let table = try ManifestTable(
                .table(values), at: "", keys: ["plugin", "version", "license", "library", "install", "basis"])
            id = try table.required("plugin", "the plugin's id, such as org.example.fftw")
            try ManifestWord.check(id, at: "plugin", "an id (letters, digits, dots, hyphens)") {
                $0.isLetter || $0.isNumber || ".-".contains($0)
            }
            version = try table.required("version", "the plugin's version, such as 1.0.0")
            license = try table.optional("license")
            install = try table.optional("install")
            library = try table.required("library", "the library's soname, or a path such as ./libmine.so")
            guard !library.isEmpty, !library.contains("\0") else {
                throw .type("library", .string(library), expectation: "a soname or a path")
            }
            guard let given = table.values["basis"] else {
                throw .missing("basis", expectation: "a table", "what the library's functions make")
            }
            basis = try ForeignBasisDescription(given, at: "basis")
        } catch {
            throw .manifest(file: file, error)
        }
        self.file = file
        // The loader searches its own directories for names without a slash, and only for those.
        libraryPath = library.contains("/") && !library.hasPrefix("/") ? "\(directory)/\(library)" : library
    }

    /// Who brings the basis, for a registry.
    ///
    /// - Parameter hash: The SHA-256 of the bytes that are loaded, where it is known.
    public func provider(hash: String? = nil) -> Provider { Provider(id: id, version: version, hash: hash) }
}
