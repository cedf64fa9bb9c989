import Foundation
import GUDCore
import GUDDigest
import Glibc
import TestSupport
import Testing

@testable import GUDPluginHost

@Suite("Reading a plugin's bytes")
struct PluginBytesTests {
    let folder: TemporaryDirectory
    init() throws { folder = try TemporaryDirectory() }

    private func refusal(_ path: String, limit: Int = 100) -> String? {
        do {
            _ = try PluginBytes(contentsOf: path, limit: limit)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("Bytes, digest and the path behind links")
    func regular() throws {
        let path = folder.file("a.so")
        try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
        let link = folder.file("link.so")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.so")
        let plugin = try PluginBytes(contentsOf: link)
        #expect(plugin.bytes == Data("abc".utf8))
        #expect(plugin.sha256 == SHA256Tests.vectors[1].1)
        #expect(plugin.path == (try _UnsafeFiles.realPath(folder.path)) + "/a.so")
        #expect(plugin.fileName == "a.so")
    }

    @Test("An empty file is read as such")
    func empty() throws {
        let path = folder.file("empty.so")
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(try PluginBytes(contentsOf: path).bytes.isEmpty)
    }

    @Test("What is not a regular file is named, and a pipe is not waited for")
    func irregular() throws {
        let pipe = folder.file("pipe.so")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(refusal(pipe) == "cannot read '\(pipe)': it is a pipe, not a regular file")
        #expect(refusal(folder.path) == "cannot read '\(folder.path)': it is a folder, not a regular file")
        #expect(refusal("/dev/null") == "cannot read '/dev/null': it is a device, not a regular file")
        let missing = folder.file("missing.so")
        #expect(refusal(missing) == "cannot read '\(missing)': No such file or directory")
    }

    @Test("The limit counts, also where the system does not know the size beforehand")
    func limit() throws {
        let path = folder.file("large.so")
        try Data(count: 101).write(to: URL(fileURLWithPath: path))
        #expect(refusal(path, limit: 101) == nil)
        #expect(refusal(path) == "cannot read '\(path)': it has more than the 100 bytes that are accepted")
        // Files of /proc claim to be empty.
        #expect(refusal("/proc/cpuinfo")?.hasSuffix("it has more than the 100 bytes that are accepted") == true)
        #expect(try PluginBytes(contentsOf: "/proc/cpuinfo").bytes.count > 100)
    }
}
