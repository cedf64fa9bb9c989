import Foundation
import GUDCore

@testable import GUDPluginHost

/// The handmade files of Fixtures/ELF, which Fixtures/make-elf-corpus.py writes.
enum ELFCorpus {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/ELF")

    /// The names of all files, in order, without their endings.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".bin") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// A file's bytes, made out to be for this host where the processor is not the point.
    static func bytes(_ name: String) throws -> Data {
        var bytes = try Data(contentsOf: folder.appendingPathComponent("\(name).bin"))
        if bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]), bytes.count > 20, !name.hasPrefix("machine-") {
            bytes[18] = UInt8(ELFMachine.host & 0xFF)
            bytes[19] = UInt8(ELFMachine.host >> 8)
        }
        return bytes
    }

    /// Examines a file as the host does before it loads one; the message of what it refuses, or `nil`.
    static func refusal(_ name: String) throws -> String? {
        let bytes = try bytes(name)
        do throws(ELFError) {
            try ELFImage(bytes: bytes, path: "x.so").requireFunction()
            return nil
        } catch {
            return error.description
        }
    }
}
