import GUDCore
import TestSupport
import Testing

@testable import GUDPluginHost

/// A manifest of the plain C cosine transform, with lines replaced.
enum ManifestFixture {
    static let text = """
        plugin: org.example.fixture
        version: 1.0.0
        library: ./libtransforms.so
        basis:
          name: plain-dct
          summary: A cosine transform in plain C.
          shape: vector
          concurrency: concurrent
          labels: {frequency: dct}
          forward: {call: dct_forward, arguments: [buffer: input, buffer: output, size: count]}
          inverse: {call: dct_inverse, arguments: [buffer: input, buffer: output, size: count]}
          samples:
            - {shape: [4], input: [1, 2, 3, 4], output: [5, -2.2304425, 0, -0.15851266], tolerance: 1.0e-6}
        """

    /// A sample pair of functions that copy.
    static let identity = "{shape: [2], input: [1, 2], output: [1, 2]}"

    /// The manifest after replacements, each of which must apply.
    static func manifest(
        _ replacements: (String, String)..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> ForeignManifest {
        var text = text
        for (old, new) in replacements {
            #expect(text.contains(old), "'\(old)' is not in the manifest", sourceLocation: sourceLocation)
            text = text.replacing(old, with: new)
        }
        let directory = (try? CLibrary.transforms.get().directory.path) ?? "/nowhere"
        return try ForeignManifest(text: text, file: "f.plugin.yaml", directory: directory)
    }

    /// A manifest of other functions.
    ///
    /// - Parameters:
    ///   - forward: The forward call, without braces; inverse is the same unless it is given.
    ///   - sample: The sample pair.
    ///   - lines: Further entries of the basis.
    ///   - library: A library of its own, for functions that count.
    static func manifest(
        forward: String, inverse: String? = nil, sample: String = identity, lines: String = "",
        shape: String = "vector",
        concurrency: String = "concurrent", library: CLibrary? = nil
    ) throws -> ForeignManifest {
        let text = """
            plugin: org.example.fixture
            version: 1.0.0
            library: ./libtransforms.so
            basis:
              name: fixture
              summary: A fixture.
              shape: \(shape)
              concurrency: \(concurrency)
              forward: {\(forward)}
              inverse: {\(inverse ?? forward)}
              samples: [\(sample)]
            \(lines)
            """
        return try ForeignManifest(
            text: text, file: "f.plugin.yaml", directory: try (library ?? CLibrary.transforms.get()).directory.path)
    }
}

/// The message of the error that a body throws.
func message<Failure: GUDError>(
    _ type: Failure.Type = ForeignFunctionError.self, _ sourceLocation: SourceLocation = #_sourceLocation,
    of body: () throws -> Void
) -> String? {
    #expect(throws: type, sourceLocation: sourceLocation, performing: body)?.description
}
