// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "gud",
    products: [
        .executable(name: "gud", targets: ["gud"]),
        .library(
            name: "GUD",
            targets: [
                "GUDCore", "GUDBases", "GUDSchedules", "GUDDenoisers", "GUDConditioners", "GUDNeural",
                "GUDSampling", "GUDData", "GUDTraining", "GUDPlot", "GUDEvaluation", "GUDPipeline", "GUDPluginHost",
            ]),
        .library(name: "GUDPluginKit", targets: ["GUDPluginKit"]),
        .library(name: "ConformanceCheckers", targets: ["ConformanceCheckers"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/stencilproject/Stencil", from: "0.15.1"),
    ],
    targets: [
        // System libraries, found through pkg-config; `make setup` installs them with apt.
        .systemLibrary(
            name: "COpenBLAS", path: "Sources/System/COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CPNG", path: "Sources/System/CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG", path: "Sources/System/CTurboJPEG", pkgConfig: "libturbojpeg",
            providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CLZMA", path: "Sources/System/CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(
            name: "CCrypto", path: "Sources/System/CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CFFI", path: "Sources/System/CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
        .systemLibrary(
            name: "CRSVG", path: "Sources/System/CRSVG", pkgConfig: "cairo",
            providers: [.apt(["librsvg2-dev", "fonts-dejavu-core"])]),

        // Foundations.
        .target(name: "GUDCore"),
        .target(name: "GUDLinearAlgebra", dependencies: ["COpenBLAS"]),
        .target(name: "GUDDigest", dependencies: ["GUDCore", "CCrypto"]),
        .target(name: "GUDPlot", dependencies: ["CRSVG"]),

        .target(name: "GUDYAML", dependencies: ["GUDCore", "Yams"]),

        // Built-in components. They reach the pipeline through the registry alone.
        .target(name: "GUDBases", dependencies: ["GUDCore", "GUDLinearAlgebra"]),
        .target(name: "GUDSchedules", dependencies: ["GUDCore"]),
        .target(name: "GUDDenoisers", dependencies: ["GUDCore", "GUDLinearAlgebra"]),
        .target(name: "GUDConditioners", dependencies: ["GUDCore", "GUDLinearAlgebra"]),

        // The tensor engine (LibTorch, opened at run time) and the networks on it.
        .target(name: "CTensorEngine", exclude: ["LibTorch"], linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "GUDNeural", dependencies: ["GUDCore", "CTensorEngine"]),

        // What is done with the components.
        .target(name: "GUDSampling", dependencies: ["GUDCore", "GUDLinearAlgebra"]),
        .target(
            name: "GUDData",
            dependencies: ["GUDCore", "CPNG", "CTurboJPEG", "CZlib", "CLZMA"],
            resources: [.copy("Resources/digits")]),
        .target(name: "GUDTraining", dependencies: ["GUDCore"]),
        .target(name: "GUDEvaluation", dependencies: ["GUDCore", "GUDLinearAlgebra", "GUDPlot"]),
        .target(
            name: "GUDPipeline",
            dependencies: [
                "GUDCore", "GUDBases", "GUDSchedules", "GUDDenoisers", "GUDConditioners", "GUDNeural", "GUDSampling",
                "GUDData", "GUDDigest", "GUDTraining", "GUDEvaluation", "GUDPlot", "GUDYAML",
            ]),

        .target(
            name: "GUDReport",
            dependencies: [
                "GUDCore", "GUDData", "GUDEvaluation", "GUDPipeline", "GUDPlot", "GUDSampling",
                .product(name: "Stencil", package: "Stencil"),
            ],
            resources: [.copy("comparison.html")]),

        // Plugins: the C contract, the kit for authors of Swift plugins, and the host that finds, verifies and loads them.
        .target(name: "CGUDPlugin", exclude: ["rust"]),
        .target(name: "GUDPluginABI", dependencies: ["CGUDPlugin", "GUDCore"]),
        .target(name: "GUDPluginKit", dependencies: ["CGUDPlugin", "GUDCore", "GUDPluginABI"]),
        .target(name: "CPluginSystem", dependencies: ["CFFI"], linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "GUDPluginHost",
            dependencies: [
                "GUDCore", "GUDDigest", "GUDPluginABI", "GUDYAML", "CGUDPlugin", "CPluginSystem", "CFFI",
                "ConformanceCheckers",
            ]),
        .target(
            name: "GUDScaffold", dependencies: ["GUDCore", .product(name: "Stencil", package: "Stencil")],
            path: "Templates", exclude: ["README.md"], sources: ["Scaffold"],
            resources: [
                .copy("c"), .copy("cpp"), .copy("rust"), .copy("swift"), .copy("manifest"),
                .copy("../Sources/CGUDPlugin/include/gud_plugin.h"), .copy("../Sources/CGUDPlugin/rust/gud_plugin.rs"),
            ]),
        .executableTarget(
            name: "gud",
            dependencies: [
                "GUDBases", "GUDCore", "GUDData", "GUDDigest", "GUDEvaluation", "GUDNeural", "GUDPipeline", "GUDPlot",
                "GUDPluginHost", "GUDReport", "GUDSampling", "GUDScaffold", "GUDTraining",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Makes pictures of the documentation: see Scripts/figures.sh.
        .executableTarget(
            name: "gud-figures",
            dependencies: [
                "GUDCore", "GUDDenoisers", "GUDEvaluation", "GUDPipeline", "GUDPlot", "GUDSampling", "GUDSchedules",
            ],
            path: "Documentation/Figures"),

        // The laws that every component, built in or plugged in, must satisfy.
        .target(name: "ConformanceCheckers", dependencies: ["GUDCore"]),

        // Tests.
        .target(name: "TestSupport", dependencies: ["GUDCore"], path: "Tests/TestSupport"),
        .testTarget(name: "GUDCoreTests", dependencies: ["GUDCore", "TestSupport"]),
        .testTarget(name: "GUDPlotTests", dependencies: ["GUDPlot", "GUDData"]),
        .testTarget(
            name: "GUDBasesTests",
            dependencies: ["GUDCore", "GUDBases", "GUDLinearAlgebra", "ConformanceCheckers", "TestSupport"]),
        .testTarget(
            name: "GUDSchedulesTests", dependencies: ["GUDCore", "GUDSchedules", "ConformanceCheckers", "TestSupport"]),
        .testTarget(
            name: "GUDDenoisersTests",
            dependencies: [
                "GUDCore", "GUDDenoisers", "GUDBases", "GUDSchedules", "GUDLinearAlgebra", "ConformanceCheckers",
                "TestSupport",
            ]),
        .testTarget(
            name: "GUDConditionersTests",
            dependencies: ["GUDCore", "GUDBases", "GUDConditioners", "ConformanceCheckers"]),
        .testTarget(
            name: "GUDSamplingTests",
            dependencies: [
                "GUDCore", "GUDSampling", "GUDDenoisers", "GUDSchedules", "GUDBases", "ConformanceCheckers",
                "TestSupport",
            ]),
        .testTarget(name: "GUDDataTests", dependencies: ["GUDCore", "GUDData", "TestSupport"]),
        .testTarget(
            name: "GUDEvaluationTests",
            dependencies: ["GUDCore", "GUDEvaluation", "GUDData", "GUDLinearAlgebra", "GUDPlot", "TestSupport"]),
        .testTarget(
            name: "GUDNeuralTests",
            dependencies: [
                "GUDCore", "GUDNeural", "GUDBases", "GUDSampling", "GUDSchedules", "GUDTraining", "ConformanceCheckers",
                "TestSupport",
            ]),
        .testTarget(name: "GUDTrainingTests", dependencies: ["GUDBases", "GUDCore", "GUDTraining", "TestSupport"]),
        .testTarget(
            name: "GUDPipelineTests",
            dependencies: [
                "GUDBases", "GUDConditioners", "GUDCore", "GUDData", "GUDDenoisers", "GUDDigest", "GUDEvaluation",
                "GUDPipeline", "GUDNeural", "GUDSampling", "GUDTraining",
                "TestSupport",
            ]),
        .testTarget(
            name: "GUDPluginKitTests",
            dependencies: ["CGUDPlugin", "GUDCore", "GUDPluginABI", "GUDPluginKit", "TestSupport"]),
        .testTarget(
            name: "GUDPluginHostTests",
            dependencies: [
                "CGUDPlugin", "ConformanceCheckers", "GUDBases", "GUDCore", "GUDDigest", "GUDPluginABI",
                "GUDPluginHost", "GUDPluginKit", "TestSupport", "gud",
            ],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "GUDReportTests",
            dependencies: ["GUDCore", "GUDEvaluation", "GUDPipeline", "GUDPlot", "GUDReport", "TestSupport"]),
        .testTarget(name: "GUDScaffoldTests", dependencies: ["GUDCore", "GUDScaffold", "TestSupport"]),
        .testTarget(
            name: "CommandTests", dependencies: ["gud", "GUDCore", "TestSupport"], exclude: ["Snapshots"]),
    ],
    swiftLanguageModes: [.v6]
)

// One place for the settings of every Swift target.
let cTargets = ["CTensorEngine", "CGUDPlugin", "CPluginSystem"]
for target in package.targets
where [.regular, .executable, .test].contains(target.type) && !cTargets.contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
