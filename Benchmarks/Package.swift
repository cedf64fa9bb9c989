// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "gud-benchmarks",
    dependencies: [.package(name: "gud", path: "..")],
    targets: [
        .executableTarget(
            name: "training-benchmark", dependencies: [.product(name: "GUD", package: "gud")]),
    ],
    swiftLanguageModes: [.v6]
)
