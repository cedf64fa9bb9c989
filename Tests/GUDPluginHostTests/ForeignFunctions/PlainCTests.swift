import ConformanceCheckers
import Foundation
import GUDCore
import Testing

@testable import GUDPluginHost

/// The example under Plugins/PlainC, as its manifest describes it.
@Suite(.enabled(if: CLibrary.canCompile, CLibrary.skipped)) struct PlainCTests {
    @Test("the Hartley transform satisfies the laws", arguments: [1, 2, 3, 16, 31])
    func hartley(count: Int) throws {
        let folder = "\(packageRoot)/Plugins/PlainC"
        let library = try CLibrary("plainc.c", flags: ["-std=c11", "-Wall", "-Werror"], in: folder)
        var manifest = try ForeignManifest(contentsOf: "\(folder)/plainc.plugin.yaml")
        #expect(manifest.libraryPath == "\(folder)/./libplainc.so")
        manifest.libraryPath = library.path
        try manifest.checkSamples()
        let basis = try manifest.makeBasis(shape: .vector(count))
        for finding in BasisLaws(basis).findings() where !finding.passed { Issue.record("\(finding)") }
    }
}
