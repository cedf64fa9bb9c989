// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "daubechies",
    products: [
        .library(name: "Daubechies", type: .dynamic, targets: ["Daubechies"])
    ],
    dependencies: [
        .package(name: "gud", path: "../..")
    ],
    targets: [
        .target(
            name: "Daubechies", dependencies: [.product(name: "GUDPluginKit", package: "gud")],
            // A plugin exports one symbol.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--version-script=\(Context.packageDirectory)/exports.map"])]),
        .testTarget(
            name: "DaubechiesTests",
            dependencies: [
                "Daubechies", .product(name: "GUDPluginKit", package: "gud"),
                .product(name: "ConformanceCheckers", package: "gud"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
