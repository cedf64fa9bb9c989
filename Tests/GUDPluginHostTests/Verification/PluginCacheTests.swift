import Foundation
import GUDCore
import GUDDigest
import Glibc
import TestSupport
import Testing

@testable import GUDPluginHost

@Suite("The cache of accepted plugins")
struct PluginCacheTests {
    let scratch: TemporaryDirectory
    let cache: PluginCache
    let plugin: PluginBytes
    static let digest = SHA256Tests.vectors[1].1

    init() throws {
        scratch = try TemporaryDirectory()
        cache = PluginCache(folder: scratch.file("deep/gud/plugins"))
        try AtomicFile.write(Data("abc".utf8), to: scratch.file("a.so"))
        plugin = try PluginBytes(contentsOf: scratch.file("a.so"))
    }

    private func mode(_ path: String) throws -> UInt32 { try _UnsafeFiles.status(path).st_mode & 0o777 }
    private func node(_ path: String) throws -> UInt { try UInt(_UnsafeFiles.status(path).st_ino) }

    private struct Verdict: Codable, Equatable {
        var stage: String
        var date: Date
    }

    @Test("A copy lies under its digest, in folders that are the user's alone")
    func store() throws {
        let path = try cache.store(plugin)
        #expect(path == "\(cache.folder)/\(Self.digest)/a.so")
        #expect(try AtomicFile.read(path) == Data("abc".utf8))
        #expect(try mode(cache.folder) == 0o700)
        #expect(try mode("\(cache.folder)/\(Self.digest)") == 0o700)
        #expect(try mode(path) & 0o600 == 0o600)
    }

    @Test("An equal copy is left alone; one that differs, is cut off, longer or a link is replaced")
    func compare() throws {
        let path = try cache.store(plugin)
        let first = try node(path)
        #expect(try cache.store(plugin) == path)
        #expect(try node(path) == first)
        for contents in ["abd", "ab", "", "abcd"] {
            try Data(contents.utf8).write(to: URL(fileURLWithPath: path))
            #expect(try AtomicFile.read(cache.store(plugin)) == Data("abc".utf8), "\(contents)")
        }
        // A link to equal bytes could be pointed elsewhere later.
        unlink(path)
        #expect(symlink(plugin.path, path) == 0)
        _ = try cache.store(plugin)
        #expect(try #require(_UnsafeFiles.linkStatus(path)).st_mode & S_IFMT == S_IFREG)
        #expect(try AtomicFile.read(plugin.path) == Data("abc".utf8))
    }

    @Test("A process that has mapped a damaged copy keeps its bytes when it is replaced")
    func mapped() throws {
        let path = try cache.store(plugin)
        try Data("abd".utf8).write(to: URL(fileURLWithPath: path))
        let open = try #require(FileHandle(forReadingAtPath: path))
        _ = try cache.store(plugin)
        #expect(try open.readToEnd() == Data("abd".utf8))
    }

    @Test("Folders that others may enter are closed to them")
    func rights() throws {
        _ = try cache.store(plugin)
        chmod(cache.folder, 0o777)
        _ = try cache.store(plugin)
        #expect(try mode(cache.folder) == 0o700)
    }

    @Test("Names that could be taken for the verdict, or are too long, give way")
    func names() throws {
        for name in ["verdict.json", "library", String(repeating: "x", count: 240) + ".so"] {
            try AtomicFile.write(Data("abc".utf8), to: scratch.file("source"))
            rename(scratch.file("source"), scratch.file(name))
            let path = try cache.store(PluginBytes(contentsOf: scratch.file(name)))
            #expect(path.hasSuffix("/plugin.so"))
        }
    }

    @Test("Verdicts come back; damaged ones, and those of another type, count as absent")
    func verdicts() throws {
        let verdict = Verdict(stage: "load", date: Date(timeIntervalSince1970: 1_700_000_000))
        #expect(cache.verdict(Verdict.self, sha256: Self.digest) == nil)
        try cache.record(verdict, sha256: Self.digest)
        #expect(cache.verdict(sha256: Self.digest) == verdict)
        #expect(cache.verdict([Int].self, sha256: Self.digest) == nil)
        let path = "\(cache.folder)/\(Self.digest)/verdict.json"
        let whole = try AtomicFile.read(path)
        for length in 0..<whole.count - 1 {
            try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
            #expect(cache.verdict(Verdict.self, sha256: Self.digest) == nil, "\(length)")
        }
        try cache.record(verdict, sha256: Self.digest)
        #expect(cache.verdict(sha256: Self.digest) == verdict)
        try cache.forget(sha256: Self.digest)
        try cache.forget(sha256: Self.digest)
        #expect(cache.verdict(Verdict.self, sha256: Self.digest) == nil)
    }

    @Test("What is no digest never becomes a path")
    func digests() throws {
        #expect(cache.verdict(Verdict.self, sha256: "../..") == nil)
        #expect(throws: PluginCacheError.notADigest("../..")) { try cache.record(1, sha256: "../..") }
        #expect(throws: PluginCacheError.notADigest("")) { try cache.forget(sha256: "") }
    }

    @Test("A cache that cannot be written is named, with the remedy")
    func unwritable() throws {
        let blocked = PluginCache(folder: scratch.file("a.so/gud/plugins"))
        let error = #expect(throws: PluginCacheError.self) { try blocked.store(plugin) }
        #expect(
            error?.description
                == "cannot write '\(blocked.folder)' of the plugin cache: Not a directory; make room or mend "
                + "its rights, or set XDG_CACHE_HOME to a folder that can be written")
        #expect(error?.blame == .execution)
        // A file in the place of the digest's folder.
        let path = "\(cache.folder)/\(Self.digest)"
        try AtomicFile.makeDirectory(cache.folder)
        try AtomicFile.write(Data(), to: path)
        #expect(throws: PluginCacheError.notWritable(path, reason: "it is a regular file, not a folder")) {
            try cache.store(plugin)
        }
    }

    @Test("A folder in the place of the copy is an error that names it")
    func folderInTheWay() throws {
        let path = "\(cache.folder)/\(Self.digest)/a.so"
        try AtomicFile.makeDirectory(path)
        #expect(throws: PluginCacheError.notWritable(path, reason: "Is a directory")) { try cache.store(plugin) }
    }

    @Test("The usual place, by XDG_CACHE_HOME and without it")
    func place() throws {
        func folder(_ variables: [String: String], privileged: Bool = false) throws -> String {
            try PluginCache(
                HostEnvironment(variables: variables, isPrivileged: privileged, accountHome: "/account")
            ).folder
        }
        #expect(try folder(["HOME": "/h"]) == "/h/.cache/gud/plugins")
        #expect(try folder(["HOME": "/h", "XDG_CACHE_HOME": "/c"]) == "/c/gud/plugins")
        #expect(try folder(["HOME": "/h", "XDG_CACHE_HOME": "c"]) == "/h/.cache/gud/plugins")
        #expect(try folder(["HOME": "/h", "XDG_CACHE_HOME": "/c"], privileged: true) == "/account/.cache/gud/plugins")
        #expect(throws: PluginCacheError.noFolder) { try PluginCache(HostEnvironment(variables: [:])) }
    }
}
