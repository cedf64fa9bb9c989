// swift-tools-version: 6.2
import PackageDescription

// The host's loader and the kit, from sources that the test copies in, against whatever header lies beside them.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
    name: "matrix",
    products: [.library(name: "turn", type: .dynamic, targets: ["turn"])],
    targets: [
        .target(name: "GUDCore", swiftSettings: settings),
        .target(name: "CGUDPlugin"),
        .target(name: "CPluginSystem", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "GUDPluginABI", dependencies: ["CGUDPlugin", "GUDCore"], swiftSettings: settings),
        .target(
            name: "GUDPluginKit", dependencies: ["CGUDPlugin", "GUDCore", "GUDPluginABI"], swiftSettings: settings),
        .target(
            name: "GUDPluginHost", dependencies: ["CGUDPlugin", "CPluginSystem", "GUDCore", "GUDPluginABI"],
            swiftSettings: settings),
        .target(
            name: "turn", dependencies: ["GUDPluginKit"], swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-Xlinker", "--version-script=exports.map", "-Xlinker", "-Bsymbolic"])]),
        .executableTarget(
            name: "host", dependencies: ["CGUDPlugin", "GUDCore", "GUDPluginHost"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
