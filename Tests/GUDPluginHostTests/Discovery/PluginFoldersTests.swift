import Foundation
import GUDCore
import Glibc
import TestSupport
import Testing

@testable import GUDPluginHost

@Suite("Where plugins are looked for")
struct PluginFoldersTests {
    let scratch: TemporaryDirectory
    /// The scratch folder with its own links resolved.
    let root: String

    init() throws {
        scratch = try TemporaryDirectory()
        root = try _UnsafeFiles.realPath(scratch.path)
    }

    @discardableResult
    private func file(_ name: String) throws -> String {
        let path = "\(root)/\(name)"
        try AtomicFile.makeDirectory((path as NSString).deletingLastPathComponent)
        try AtomicFile.write(Data("x".utf8), to: path)
        return path
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
    }

    private func environment(_ variables: [String: String] = [:], privileged: Bool = false) -> HostEnvironment {
        HostEnvironment(
            variables: ["HOME": "\(root)/home"].merging(variables) { $1 }, isPrivileged: privileged,
            accountHome: "\(root)/account")
    }

    private func folders(
        _ explicit: [String] = [], _ environment: HostEnvironment? = nil, system: [String] = []
    ) -> PluginFolders {
        PluginFolders(explicit: explicit, environment: environment ?? self.environment(), system: system)
    }

    /// Paths without the scratch folder.
    private func short(_ text: String) -> String { text.replacingOccurrences(of: root + "/", with: "") }

    @Test("Explicit paths, GUD_PLUGIN_PATH, the user's and the system's folders are searched in this order")
    func order() throws {
        try file("system/a.so")
        try file("home/.local/share/gud/plugins/b.so")
        try file("path2/c.so")
        try file("path1/d.so")
        let explicit = try file("explicit/e.so")
        let search = try folders(
            [explicit], environment(["GUD_PLUGIN_PATH": "\(root)/path1:\(root)/path2"]),
            system: ["\(root)/local", "\(root)/system"]
        ).find()
        #expect(
            search.candidates.map { "\($0.source) \(short($0.path)) \(short($0.folder))" } == [
                "explicit explicit/e.so explicit",
                "environment path1/d.so path1", "environment path2/c.so path2",
                "user home/.local/share/gud/plugins/b.so home/.local/share/gud/plugins", "system system/a.so system",
            ])
        #expect(search.problems == [])
        #expect(
            search.tried.map { short($0.description) } == [
                "explicit/e.so (explicit): exists, 1 candidate", "path1 (environment): exists, 1 candidate",
                "path2 (environment): exists, 1 candidate",
                "home/.local/share/gud/plugins (user): exists, 1 candidate", "local (system): does not exist",
                "system (system): exists, 1 candidate",
            ])
    }

    @Test("Names decide, with regard to case; order is by name; sub-folders are searched one level deep")
    func names() throws {
        for name in [
            "z.so", "A.so", "b.plugin.yaml", "c.SO", "d.yaml", "e.so.1", ".hidden.so", "notes.txt", "sub/in.so",
            "sub/in.plugin.yaml", "sub/deeper/no.so", "another.so/inside.so", ".secret/no.so",
        ] {
            try file("p/\(name)")
        }
        let search = try folders(["\(root)/p"]).find()
        #expect(
            search.candidates.map { short($0.path) } == [
                "p/A.so", "p/b.plugin.yaml", "p/z.so", "p/another.so/inside.so", "p/sub/in.plugin.yaml", "p/sub/in.so",
            ])
        #expect(search.candidates.map(\.kind) == [.library, .manifest, .library, .library, .manifest, .library])
        #expect(search.problems == [])
    }

    @Test("Links are resolved, and each file counts once, where it was found first")
    func links() throws {
        let real = try file("elsewhere/real.so.1.2")
        try file("p/a.so")
        try link("p/link.so", to: "../elsewhere/real.so.1.2")
        try link("p/same.so", to: "a.so")
        try link("q", to: "p")
        let search = try folders(["\(root)/p"], environment(["GUD_PLUGIN_PATH": "\(root)/q"])).find()
        #expect(search.candidates.map { short($0.path) } == ["p/a.so", "elsewhere/real.so.1.2"])
        #expect(search.candidates.last?.path == real)
        #expect(search.candidates.last.map { short($0.foundAt) } == "p/link.so")
        #expect(
            search.tried.prefix(2).map { short($0.description) } == [
                "p (explicit): exists, 2 candidates", "q (environment): exists, 0 candidates",
            ])
    }

    @Test("Broken links, odd files and folders that are not there are reported, never skipped")
    func problems() throws {
        try file("p/good.so")
        try file("file")
        try link("p/broken.so", to: "nowhere")
        try link("p/round.so", to: "round.so")
        #expect(mkfifo("\(root)/p/pipe.so", 0o600) == 0)
        let search = try folders(
            [], environment(["GUD_PLUGIN_PATH": "\(root)/gone::\(root)/p:\(root)/file"]), system: ["\(root)/file"]
        ).find()
        #expect(search.candidates.map { short($0.path) } == ["p/good.so"])
        #expect(
            search.problems.map { short($0.description) } == [
                "'gone' (environment): the folder does not exist",
                "'p/broken.so' (environment): the link is broken: No such file or directory",
                "'p/pipe.so' (environment): it is a pipe, not a file; remove it",
                "'p/round.so' (environment): the link is broken: Too many levels of symbolic links",
                "'file' (environment): the folder cannot be read: Not a directory",
                "'file' (system): the folder cannot be read: Not a directory",
            ])
        #expect(
            search.tried.map { short($0.description) } == [
                "gone (environment): does not exist", "p (environment): exists, 1 candidate",
                "file (environment): not readable: Not a directory",
                "home/.local/share/gud/plugins (user): does not exist", "file (system): not readable: Not a directory",
            ])
    }

    @Test(
        "Unreadable files and folders are reported",
        .enabled(if: geteuid() != 0, "the superuser may read everything"))
    func unreadable() throws {
        let secret = try file("p/secret.so")
        try file("p/closed/a.so")
        try file("home/.local/share/gud/plugins/b.so")
        #expect(chmod(secret, 0) == 0 && chmod("\(root)/p/closed", 0) == 0)
        #expect(chmod("\(root)/home/.local/share/gud/plugins", 0) == 0)
        defer {
            chmod("\(root)/p/closed", 0o700)
            chmod("\(root)/home/.local/share/gud/plugins", 0o700)
        }
        let search = try folders(["\(root)/p"]).find()
        #expect(search.candidates == [])
        #expect(
            search.problems.map { short($0.description) } == [
                "'p/secret.so' (explicit): the file cannot be read: Permission denied",
                "'p/closed' (explicit): the folder cannot be read: Permission denied",
                "'home/.local/share/gud/plugins' (user): the folder cannot be read: Permission denied",
            ])
        #expect(throws: PluginFolderError.notThere(secret, reason: "Permission denied")) {
            try folders([secret]).find()
        }
    }

    @Test("An explicit path must be there; an empty folder is reported; other names are taken at their word")
    func explicit() throws {
        let error = #expect(throws: PluginFolderError.self) { try folders(["/nowhere/x.so"]).find() }
        #expect(
            error?.description
                == "cannot read plugin '/nowhere/x.so': No such file or directory; give the path of a .so "
                + "file, a .plugin.yaml file or a folder of them")
        #expect(error?.blame == .request)
        #expect(throws: PluginFolderError.notAFile("/dev/null", kind: "a device")) { try folders(["/dev/null"]).find() }
        try AtomicFile.makeDirectory("\(root)/none")
        #expect(
            try folders(["\(root)/none"]).find().problems.map { short($0.description) } == [
                "'none' (explicit): there is no .so or .plugin.yaml file in it, nor in its sub-folders"
            ])
        let odd = [try file("libx.so.2"), try file("x.yaml")]
        let search = try folders(odd + ["\(root)/none"] + odd).find()
        #expect(search.candidates.map(\.path) == odd)
        #expect(search.candidates.map(\.kind) == [.library, .manifest])
        #expect(search.candidates.map(\.folder) == [root, root])
    }

    @Test("XDG_DATA_HOME moves the user's folder; a relative one is ignored, and said to be")
    func userFolder() throws {
        try file("data/gud/plugins/a.so")
        let moved = try folders([], environment(["XDG_DATA_HOME": "\(root)/data"])).find()
        #expect(moved.tried.map { short($0.description) } == ["data/gud/plugins (user): exists, 1 candidate"])
        let relative = try folders([], environment(["XDG_DATA_HOME": "data"])).find()
        #expect(
            relative.tried.map { short($0.description) } == [
                "data/gud/plugins (user): ignored: XDG_DATA_HOME is not an absolute path",
                "home/.local/share/gud/plugins (user): does not exist",
            ])
        let homeless = try PluginFolders(environment: HostEnvironment(variables: [:]), system: []).find()
        #expect(
            homeless.tried.map(\.description) == [
                "~/.local/share/gud/plugins (user): ignored: the home folder is not known; set HOME"
            ])
    }

    @Test("A privileged process believes no variable and says so")
    func privileged() throws {
        for name in ["path/a.so", "data/gud/plugins/b.so", "home/.local/share/gud/plugins/c.so"] { try file(name) }
        try file("account/.local/share/gud/plugins/d.so")
        let variables = ["GUD_PLUGIN_PATH": "\(root)/path", "XDG_DATA_HOME": "\(root)/data"]
        let search = try folders([], environment(variables, privileged: true)).find()
        #expect(search.candidates.map { short($0.path) } == ["account/.local/share/gud/plugins/d.so"])
        #expect(
            search.tried.map { short($0.description) } == [
                "path (environment): ignored: privileged process",
                "data/gud/plugins (user): ignored: privileged process",
                "account/.local/share/gud/plugins (user): exists, 1 candidate",
            ])
        #expect(search.problems == [])
    }

    @Test("This process's own surroundings")
    func current() throws {
        #expect(!HostEnvironment.current.isPrivileged)
        let withoutHome = HostEnvironment(variables: [:], accountHome: _UnsafeProcessRights.accountHome)
        #expect(withoutHome.home?.hasPrefix("/") == true)
        #expect(PluginFolders.systemFolders == ["/usr/local/lib/gud/plugins", "/usr/lib/gud/plugins"])
    }
}
