import CPluginSystem
import Foundation
import GUDCore

/// A manifest with its library, opened in this process: a plugin with one basis.
struct ForeignPlugin: OpenedPlugin {
    /// The manifest.
    let manifest: ForeignManifest
    let description: PluginDescription

    /// Reads a manifest and opens its library.
    ///
    /// - Parameters:
    ///   - name: What messages call the manifest.
    ///   - stage: Is told what comes next.
    /// - Throws: ``ForeignFunctionError``.
    init(
        manifest path: String, name: String? = nil, stage: (String) -> Void = { _ in }
    ) throws {
        stage("reading the manifest")
        manifest = try ForeignManifest(
            text: try ManifestText.read(path), file: name ?? path, directory: ManifestText.directory(of: path))
        description = try Self.describe(manifest, stage)
    }

    private static func describe(
        _ manifest: ForeignManifest, _ stage: (String) -> Void
    ) throws -> PluginDescription {
        stage("opening the library '\(manifest.library)'")
        var description = PluginDescription(
            id: manifest.id, version: manifest.version, license: manifest.license, toolkit: "manifest, libffi",
            interface: "manifest",
            components: [
                .init(
                    kind: "basis", name: manifest.name, summary: manifest.summary, threads: .concurrent,
                    parameters: try ParameterSchema(manifest.parameterSpecifications).json())
            ])
        description.library = try foundLibrary(manifest)
        return description
    }

    /// Where the loader finds the library.
    private static func foundLibrary(_ manifest: ForeignManifest) throws -> String {
        var environment = gud_fenv()
        _ = gud_fenv_save(&environment)
        defer { _ = gud_fenv_restore(&environment) }
        guard let handle = dlopen(manifest.libraryPath, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) else {
            throw ForeignFunctionError.library(
                manifest.library, reason: dlerror().map { String(cString: $0) } ?? "the loader gives no reason",
                install: manifest.install)
        }
        return gud_library_path(handle).map { String(cString: $0) } ?? manifest.libraryPath
    }

    func makeBasis(_ name: String, _ parameters: Parameters, _ context: BasisContext) throws -> any Basis {
        try manifest.factory().make(parameters, context)
    }

    func makeSchedule(
        _ name: String, _ parameters: Parameters, _ context: ScheduleContext
    ) throws -> any NoiseSchedule { throw absent("schedule/\(name)") }

    func makeDenoiser(_ name: String, _ parameters: Parameters, _ context: DenoiserContext) throws -> any Denoiser {
        throw absent("denoiser/\(name)")
    }

    func makeConditioner(_ name: String, _ parameters: Parameters, classCount: Int) throws -> any Conditioner {
        throw absent("conditioner/\(name)")
    }

    private func absent(_ component: String) -> PluginError {
        .inconsistent(
            component: component, plugin: manifest.id, reason: "is not in the manifest, which holds one basis")
    }
}
