import Foundation
import GUDCore
import GUDDigest
import TestSupport
import Testing

@testable import GUDPluginHost

@Suite("The trust file")
struct TrustFileTests {
    let scratch: TemporaryDirectory
    let path: String
    static let old = SHA256Tests.vectors[0].1
    static let new = SHA256Tests.vectors[1].1

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.file("config/gud/gud.lock")
    }

    private func complaint(_ json: String) -> String? {
        do {
            _ = try TrustFile(json: Data(json.utf8), path: "gud.lock")
            return nil
        } catch {
            return error.description
        }
    }

    @Test("A file that is not there is empty and allows everything; what is saved comes back")
    func roundTrip() throws {
        var file = try TrustFile.load(from: path)
        #expect(file == TrustFile(path: path))
        #expect(file.unpinned == .allow)
        file.setUnpinnedPolicy(.isolate)
        let date = Date(timeIntervalSince1970: 1_769_860_800.75)
        try file.pin(id: "org.example.walsh", .init(sha256: Self.old, version: "1.2.0", path: "/p/a.so", date: date))
        try file.pin(id: "b", .init(sha256: Self.new, isolated: true))
        try file.pin(id: "c", .init(sha256: Self.new))
        let unpinned = [file.unpin(id: "c"), file.unpin(id: "c")]
        #expect(unpinned == [true, false])
        try file.save()
        #expect(try TrustFile.load(from: path) == file)
        let expected = """
            {
              "format" : 1,
              "plugins" : {
                "b" : {
                  "isolated" : true,
                  "sha256" : "\(Self.new)"
                },
                "org.example.walsh" : {
                  "date" : "2026-01-31T12:00:00Z",
                  "isolated" : false,
                  "path" : "/p/a.so",
                  "sha256" : "\(Self.old)",
                  "version" : "1.2.0"
                }
              },
              "unpinned" : "isolate"
            }

            """
        #expect(try String(decoding: AtomicFile.read(path), as: UTF8.self) == expected)
    }

    @Test("Unpinned plugins follow the policy")
    func unpinned() {
        var file = TrustFile(path: "gud.lock")
        #expect(file.decision(id: "a", sha256: Self.old, file: "/p/a.so") == .allowed(isolated: false))
        file.setUnpinnedPolicy(.isolate)
        #expect(file.decision(id: "a", sha256: Self.old, file: "/p/a.so") == .allowed(isolated: true))
        file.setUnpinnedPolicy(.refuse)
        #expect(
            file.decision(id: "a", sha256: Self.old, file: "/p/a.so")
                == .refused(
                    reason:
                        "plugin 'a' ('/p/a.so') is not trusted, and 'gud.lock' refuses such plugins; check where the "
                        + "file came from, then run 'gud plugin trust /p/a.so'"))
    }

    @Test("Pinned plugins load while their bytes are the same, whatever the policy, and not after they changed")
    func pinned() throws {
        var file = TrustFile(path: "gud.lock", unpinned: .refuse)
        try file.pin(id: "a", .init(sha256: Self.old, path: "/p/a.so"))
        try file.pin(id: "b", .init(sha256: Self.old, isolated: true))
        #expect(file.decision(id: "a", sha256: Self.old, file: "/elsewhere.so") == .allowed(isolated: false))
        #expect(file.decision(id: "b", sha256: Self.old, file: "/p/b.so") == .allowed(isolated: true))
        func message(_ since: String, _ file: String) -> TrustDecision {
            .refused(
                reason:
                    "plugin 'a' ('\(file)') has changed since it was trusted: expected SHA-256 \(Self.old)\(since), got "
                    + "\(Self.new); check where the new file came from, then run 'gud plugin trust \(file)'")
        }
        #expect(file.decision(id: "a", sha256: Self.new, file: "/p/a.so") == message("", "/p/a.so"))
        #expect(file.decision(id: "a", sha256: Self.new, file: "/q/a.so") == message(", then at '/p/a.so'", "/q/a.so"))
        file.setUnpinnedPolicy(.allow)
        #expect(file.decision(id: "a", sha256: Self.new, file: "/p/a.so") == message("", "/p/a.so"))
    }

    @Test("A damaged file is an error, never an empty one")
    func damaged() {
        let mend = "; mend the entry, or remove the file and trust the plugins again"
        let restore = "; restore it, or remove it and trust the plugins again"
        func plugin(_ entry: String) -> String { "{\"format\": 1, \"plugins\": {\"a\": \(entry)}}" }
        let cases: [(String, String)] = [
            ("", "the trust file 'gud.lock' is damaged: it is empty" + restore),
            ("{\"format\": 1", "the trust file 'gud.lock' is damaged: it is not JSON" + restore),
            ("[]", "the trust file 'gud.lock', the file: it is not an object" + mend),
            ("{}", "the trust file 'gud.lock', format: there is no number from 1 on" + mend),
            ("{\"format\": \"1\"}", "the trust file 'gud.lock', format: there is no number from 1 on" + mend),
            (
                "{\"format\": 2, \"news\": 1}",
                "the trust file 'gud.lock' has format 2, this version of GUD knows format 1; update GUD, or let GUD_LOCK "
                    + "name another file"
            ),
            (
                "{\"format\": 1, \"unpined\": \"refuse\"}",
                "the trust file 'gud.lock', unpined: there is no such key; allowed: format, unpinned, plugins" + mend
            ),
            (
                "{\"format\": 1, \"unpinned\": \"deny\"}",
                "the trust file 'gud.lock', unpinned: 'deny' is not one of allow, isolate, refuse" + mend
            ),
            ("{\"format\": 1, \"unpinned\": null}", "the trust file 'gud.lock', unpinned: it is not text" + mend),
            ("{\"format\": 1, \"plugins\": []}", "the trust file 'gud.lock', plugins: it is not an object" + mend),
            (plugin("{}"), "the trust file 'gud.lock', plugins.a.sha256: it is missing" + mend),
            (
                plugin("{\"sha256\": \"ABC\\u001b\"}"),
                "the trust file 'gud.lock', plugins.a.sha256: 'ABC\\u{1b}' is not a digest of 64 lower-case hexadecimal "
                    + "digits" + mend
            ),
            (
                plugin("{\"sha256\": \"\(Self.old)\", \"isolated\": 1}"),
                "the trust file 'gud.lock', plugins.a.isolated: it is neither true nor false" + mend
            ),
            (
                plugin("{\"sha256\": \"\(Self.old)\", \"isolate\": true}"),
                "the trust file 'gud.lock', plugins.a.isolate: there is no such key; allowed: sha256, version, isolated, "
                    + "path, date" + mend
            ),
            (
                plugin("{\"sha256\": \"\(Self.old)\", \"date\": \"today\"}"),
                "the trust file 'gud.lock', plugins.a.date: 'today' is not a date such as 2026-01-31T12:00:00Z" + mend
            ),
        ]
        for (json, message) in cases { #expect(complaint(json) == message, "\(json)") }
        #expect(complaint(plugin("{\"sha256\": \"\(Self.old)\"}")) == nil)
    }

    @Test("Ids and digests that cannot be such are not pinned")
    func pinning() {
        var file = TrustFile(path: "gud.lock")
        for (id, digest) in [("", Self.old), ("a\nb", Self.old), ("a", "abc"), ("a", Self.old.uppercased())] {
            #expect(throws: TrustFileError.self) { try file.pin(id: id, .init(sha256: digest)) }
        }
        #expect(file.pins.isEmpty)
    }

    @Test("What is there but cannot be read is not taken for missing")
    func unreadable() throws {
        let link = scratch.file("link.lock")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
        #expect(throws: TrustFileError.notReadable(link, reason: "No such file or directory")) {
            try TrustFile.load(from: link)
        }
        #expect(throws: TrustFileError.notReadable(scratch.path, reason: "it is a folder, not a regular file")) {
            try TrustFile.load(from: scratch.path)
        }
        let below = "\(link)/gud.lock"
        #expect(try TrustFile.load(from: below).pins.isEmpty)
        try AtomicFile.write(Data(), to: scratch.file("file"))
        #expect(throws: TrustFileError.notReadable(scratch.file("file/gud.lock"), reason: "Not a directory")) {
            try TrustFile.load(from: scratch.file("file/gud.lock"))
        }
        let error = #expect(throws: TrustFileError.self) { try TrustFile(path: scratch.file("file/gud.lock")).save() }
        #expect(
            error?.description.hasPrefix("cannot write the trust file '\(scratch.file("file/gud.lock"))': ") == true)
    }

    @Test("Saving follows a link and leaves it")
    func link() throws {
        try AtomicFile.makeDirectory(scratch.file("real"))
        try TrustFile(path: scratch.file("real/gud.lock")).save()
        let link = scratch.file("gud.lock")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real/gud.lock")
        try TrustFile(path: link, unpinned: .refuse).save()
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/gud.lock")
        #expect(try TrustFile.load(from: scratch.file("real/gud.lock")).unpinned == .refuse)
    }

    @Test("The usual place, by GUD_LOCK, XDG_CONFIG_HOME and without either")
    func place() throws {
        func path(_ variables: [String: String], privileged: Bool = false) throws -> String {
            try TrustFile.standardPath(
                HostEnvironment(variables: variables, isPrivileged: privileged, accountHome: "/account"))
        }
        #expect(try path(["HOME": "/h"]) == "/h/.config/gud/gud.lock")
        #expect(try path(["HOME": "/h", "XDG_CONFIG_HOME": "/c"]) == "/c/gud/gud.lock")
        #expect(try path(["HOME": "/h", "XDG_CONFIG_HOME": "/c", "GUD_LOCK": "x.lock"]) == "x.lock")
        #expect(try path(["HOME": "/h", "GUD_LOCK": "x.lock"], privileged: true) == "/account/.config/gud/gud.lock")
        #expect(throws: TrustFileError.noFolder) { try TrustFile.standardPath(HostEnvironment(variables: [:])) }
    }
}
