import Foundation
import GUDCore

extension Scaffold {
    /// One file of a new plugin: where it comes from, and where it goes.
    struct Piece: Equatable {
        /// A template to fill in, or a file to copy as it is.
        enum Source: Equatable {
            case template(String)
            case copy(String)
        }

        let source: Source
        /// The path in the new plugin's directory.
        let path: String

        static func template(_ name: String, to path: String) -> Piece {
            Piece(source: .template("\(name).stencil"), path: path)
        }

        static func copy(_ name: String, to path: String) -> Piece { Piece(source: .copy(name), path: path) }
    }

    /// The files of the plugin.
    ///
    /// A template that the language's own folder does not have is taken from the folder `c`.
    var pieces: [Piece] {
        let shared: [Piece] = [
            .template("README.md", to: "README.md"), .template("Makefile", to: "Makefile"),
            .template("gitignore", to: ".gitignore"),
        ]
        let exports = Piece.template("exports.map", to: "exports.map")
        let header = Piece.copy("gud_plugin.h", to: "include/gud_plugin.h")
        switch language {
        case .c, .cpp:
            let ending = language.rawValue
            let helper: [Piece] = language == .cpp ? [.template("guarded.hpp", to: "src/guarded.hpp")] : []
            return shared + helper + [
                exports, header, .template("\(kind).\(ending)", to: "src/\(name.snake).\(ending)"),
                .template("stub_host.h", to: "tests/stub_host.h"),
                .template("check_\(kind).c", to: "tests/check.\(ending)"),
            ]
        case .rust:
            return shared + [
                .template("Cargo.toml", to: "Cargo.toml"), .template("rustfmt.toml", to: "rustfmt.toml"),
                .template("\(kind).rs", to: "src/lib.rs"),
                .copy("gud_plugin.rs", to: "src/gud_plugin.rs"),
            ]
        case .swift:
            return shared + [
                exports, .template("Package.swift", to: "Package.swift"),
                .template("\(kind).swift", to: "Sources/\(name.module)/\(name.camel).swift"),
                .template("Plugin.swift", to: "Sources/\(name.module)/Plugin.swift"),
                .template("\(kind)Tests.swift", to: "Tests/\(name.module)Tests/\(name.camel)Tests.swift"),
            ]
        case .manifest:
            return shared + [
                .template("\(kind).plugin.yaml", to: "\(name.text).plugin.yaml"),
                .template("\(kind).c", to: "src/\(name.snake).c"),
                .template("\(kind).h", to: "src/\(name.snake).h"),
                .template("check_\(kind).c", to: "tests/check.c"),
            ]
        }
    }

    /// What `make` builds, in the folder `build`.
    public var product: String { language == .manifest ? "lib\(name.text).so" : "\(name.text).so" }

    /// What gud is given of it, in the folder `build`: the library, or the manifest beside it.
    public var plugin: String { language == .manifest ? "\(name.text).plugin.yaml" : product }

    /// What templates may name.
    var context: [String: String] {
        [
            "product": product, "validated": "build/\(plugin)",
            "name": name.text, "yamlName": Self.yaml(name.text), "snake": name.snake, "camel": name.camel,
            "upper": name.snake.uppercased(), "module": name.module, "kind": kind.rawValue,
            "language": language.rawValue, "id": id, "gudPath": Self.escaped(checkout ?? ""),
        ]
    }

    /// The name as YAML takes it for a text: a few words mean something else there.
    private static func yaml(_ name: String) -> String {
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(name) ? "\"\(name)\"" : name
    }

    /// A path between the quotes of a Swift literal.
    private static func escaped(_ path: String) -> String {
        path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
