import Foundation
import TestSupport
import Testing

@testable import GUDTraining

@Suite("TensorBoard events")
struct EventFileTests {
    @Test("The checksum is the published one, and its mask undoes as TensorFlow's does")
    func checksum() {
        // RFC 3720, appendix B.4.
        #expect(CRC32C.checksum(Data("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(Data(repeating: 0, count: 32)) == 0x8A91_36AA)
        let masked = CRC32C.masked(Data("123456789".utf8)) &- 0xA282_EAD8
        #expect((masked >> 17 | masked << 15) == 0xE306_9283)
    }

    @Test("A scalar is a record of the known bytes")
    func record() throws {
        let directory = try TemporaryDirectory()
        let file = try EventFile(directory: directory.path)
        try file.add("loss", 0.5, step: 300)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory.path).first)
        #expect(name.hasPrefix("events.out.tfevents."))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.file(name)))
        // The first record names the version; the second ends in: step 300, summary { value { tag, simple_value 0.5 } }.
        #expect(bytes.range(of: Data("brain.Event:2".utf8)) != nil)
        let first = Int(bytes[0]) + 16
        let length = Int(bytes[first])
        #expect(bytes.count == first + length + 16)
        let message = bytes.subdata(in: first + 12..<first + 12 + length)
        let tail: [UInt8] =
            [0x10, 0xAC, 0x02, 0x2A, 0x0D, 0x0A, 0x0B, 0x0A, 0x04] + Array("loss".utf8) + [0x15, 0, 0, 0, 0x3F]
        #expect(Array(message.suffix(tail.count)) == tail)
        #expect(message.count == 9 + tail.count)
    }
}
