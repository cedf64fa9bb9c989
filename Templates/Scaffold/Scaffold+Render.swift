import Foundation
import GUDCore
import Stencil

extension Scaffold {
    /// A file of a new plugin.
    public struct File: Sendable, Equatable {
        /// The path in the plugin's directory.
        public let path: String
        /// What it holds.
        public let text: String
    }

    /// The files of the new plugin, filled in.
    ///
    /// - Parameter resources: Where the templates lie; by default with the program.
    /// - Throws: ``ScaffoldError`` where a template is missing or broken.
    public func files(
        from resources: ResourceFolder = ResourceFolder(ofTarget: "GUDScaffold")
    ) throws(ScaffoldError) -> [File] {
        let loader = TemplateLoader(resources: resources, folders: [language.rawValue, PluginLanguage.c.rawValue])
        // A tag that stands alone on its line leaves no line behind.
        let environment = Stencil.Environment(loader: loader, trimBehaviour: .smart)
        var files: [File] = []
        for piece in pieces {
            let text =
                switch piece.source {
                case .copy(let name): try TemplateLoader.text(of: name, in: resources)
                case .template(let name): try render(name, environment)
                }
            files.append(File(path: piece.path, text: text))
        }
        return files
    }

    private func render(_ name: String, _ environment: Stencil.Environment) throws(ScaffoldError) -> String {
        do {
            return try environment.renderTemplate(name: name, context: context)
        } catch let error as ScaffoldError {
            throw error
        } catch {
            throw .template(name, reason: "\(error)")
        }
    }
}

/// Reads templates from the first of several folders that has them.
private struct TemplateLoader: Loader {
    let resources: ResourceFolder
    let folders: [String]

    func loadTemplate(name: String, environment: Stencil.Environment) throws -> Template {
        let found = folders.lazy.map { "\($0)/\(name)" }.first { (try? resources.path(of: $0)) != nil }
        // Where no folder has it, the message is about the language's own.
        let text = try Self.text(of: found ?? "\(folders[0])/\(name)", in: resources)
        return environment.templateClass.init(templateString: text, environment: environment, name: name)
    }

    static func text(of file: String, in resources: ResourceFolder) throws(ScaffoldError) -> String {
        do {
            return String(decoding: try AtomicFile.read(try resources.path(of: file)), as: UTF8.self)
        } catch let error as ResourceError {
            throw .resource(error)
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .template(file, reason: "\(error)")
        }
    }
}
