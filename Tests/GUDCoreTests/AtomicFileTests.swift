import Foundation
import GUDCore
import Testing

/// Files are written whole or not at all.
@Suite struct AtomicFileTests {
    private func contents(of directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test("a new file replaces the old one and leaves nothing else") func replaces() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/f"
            try AtomicFile.write(Data("old".utf8), to: path)
            try AtomicFile.write(Data("new".utf8), to: path)
            #expect(try AtomicFile.read(path) == Data("new".utf8))
            #expect(try contents(of: directory) == ["f"])
        }
    }

    @Test("a directory that is not there is named with the system's reason") func missingDirectory() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/none/f"
            let error = #expect(throws: FileError.self) { try AtomicFile.write(Data([1]), to: path) }
            #expect(error?.description == "cannot write '\(path)': No such file or directory")
            #expect(error?.blame == .execution)
        }
    }

    @Test("a destination that cannot be replaced stays as it was, and no partial file is left") func obstructed() throws
    {
        try withTemporaryDirectory { directory in
            let path = directory + "/taken"
            try AtomicFile.makeDirectory(path)
            try AtomicFile.write(Data([1]), to: path + "/inner")
            #expect(throws: FileError.write(path, reason: "Is a directory")) {
                try AtomicFile.write(Data([2]), to: path)
            }
            #expect(try contents(of: directory) == ["taken"])
            #expect(try AtomicFile.read(path + "/inner") == Data([1]))
        }
    }

    /// The superuser writes wherever it likes, so that there is nothing to test.
    @Test(
        "a read-only directory refuses, and the existing file is untouched",
        .enabled(if: geteuid() != 0, "run as a user"))
    func readOnlyDirectory() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/f"
            try AtomicFile.write(Data("old".utf8), to: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: directory)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory) }
            #expect(throws: FileError.write(path, reason: "Permission denied")) {
                try AtomicFile.write(Data("new".utf8), to: path)
            }
            #expect(try AtomicFile.read(path) == Data("old".utf8))
        }
    }

    /// `/proc` takes no new files, even from the superuser.
    @Test("a file system that takes no files is reported") func noFiles() {
        let error = #expect(throws: FileError.self) { try AtomicFile.write(Data([1]), to: "/proc/gud-test") }
        guard case .write("/proc/gud-test", let reason) = error else { return }
        #expect(["No such file or directory", "Permission denied", "Read-only file system"].contains(reason))
    }

    @Test("a failure in the middle of writing gives the system's reason and leaves the old file")
    func fileSizeLimit() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/f"
            try AtomicFile.write(Data("old".utf8), to: path)
            // A limit on file sizes stands in for a full disk; its signal is ignored so that write(2) fails instead.
            let handler = signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(1), &limit)
            var small = limit
            small.rlim_cur = 4 << 20
            setrlimit(__rlimit_resource_t(1), &small)
            defer {
                setrlimit(__rlimit_resource_t(1), &limit)
                signal(SIGXFSZ, handler)
            }
            #expect(throws: FileError.write(path, reason: "File too large")) {
                try AtomicFile.write(Data(count: 5 << 20), to: path)
            }
            #expect(try AtomicFile.read(path) == Data("old".utf8))
            #expect(try contents(of: directory) == ["f"])
        }
    }

    @Test("writers of one path at the same time do not disturb each other") func concurrentWriters() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/f"
            Parallel.forEach(64) { index in
                try? AtomicFile.write(Data(repeating: UInt8(index), count: 5000), to: path)
            }
            let bytes = try AtomicFile.read(path)
            #expect(bytes.count == 5000)
            #expect(Set(bytes).count == 1)
            #expect(try contents(of: directory) == ["f"])
        }
    }
}
