// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "gud-benchmarks",
    dependencies: [.package(name: "gud", path: "..")],
    targets: [
        .target(name: "BenchmarkSupport"),
        .executableTarget(
            name: "bases-benchmark", dependencies: ["BenchmarkSupport", .product(name: "GUD", package: "gud")]),
        .executableTarget(
            name: "likelihood-benchmark", dependencies: ["BenchmarkSupport", .product(name: "GUD", package: "gud")]),
        .executableTarget(
            name: "plugins-benchmark", dependencies: ["BenchmarkSupport", .product(name: "GUD", package: "gud")]),
        .executableTarget(
            name: "sequential-benchmark", dependencies: ["BenchmarkSupport", .product(name: "GUD", package: "gud")]),
        .executableTarget(
            name: "training-benchmark", dependencies: ["BenchmarkSupport", .product(name: "GUD", package: "gud")]),
    ],
    swiftLanguageModes: [.v6]
)
