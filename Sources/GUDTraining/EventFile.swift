import Foundation
import GUDCore

/// A TensorBoard event file: scalars by tag and step, appended as training goes on.
///
/// Each record is a length, a checksum of the length, an `Event` message and a checksum of the message.
///
/// Source: TensorFlow's `core/lib/io/record_writer.h` and `core/util/event.proto`; checksums are CRC-32C, masked as there.
public final class EventFile {
    private let path: String
    private let handle: FileHandle

    /// Begins a new event file in a run's directory; TensorBoard reads all that a directory holds.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public init(directory: String) throws(FileError) {
        let now = Date().timeIntervalSince1970
        path = "\(directory)/events.out.tfevents.\(Int(now)).gud.\(ProcessInfo.processInfo.processIdentifier)"
        let version = Self.event(time: now, step: 0) { $0.append(text: "brain.Event:2", field: 3) }
        try AtomicFile.write(Self.record(version), to: path)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw .write(path, reason: "it cannot be opened again")
        }
        _ = try? handle.seekToEnd()
        self.handle = handle
    }

    /// Appends a scalar.
    ///
    /// - Throws: ``FileError/write(_:reason:)``.
    public func add(_ tag: String, _ value: Double, step: Int) throws(FileError) {
        let event = Self.event(time: Date().timeIntervalSince1970, step: step) { message in
            var entry = ProtocolMessage()
            entry.append(text: tag, field: 1)
            entry.append(float: Float(value), field: 2)
            var summary = ProtocolMessage()
            summary.append(message: entry, field: 1)
            message.append(message: summary, field: 5)
        }
        do {
            try handle.write(contentsOf: Self.record(event))
        } catch {
            throw .write(path, reason: error.localizedDescription)
        }
    }

    private static func event(time: Double, step: Int, _ fill: (inout ProtocolMessage) -> Void) -> ProtocolMessage {
        var message = ProtocolMessage()
        message.append(double: time, field: 1)
        message.append(integer: UInt64(step), field: 2)
        fill(&message)
        return message
    }

    private static func record(_ message: ProtocolMessage) -> Data {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> Data {
            withUnsafeBytes(of: number.littleEndian) { Data($0) }
        }
        let length = bytes(UInt64(message.bytes.count))
        return length + bytes(CRC32C.masked(length)) + message.bytes + bytes(CRC32C.masked(message.bytes))
    }
}

/// Just enough of the Protocol Buffers wire format for an event.
struct ProtocolMessage {
    private(set) var bytes = Data()

    mutating func append(integer value: UInt64, field: UInt64) {
        append(variable: field << 3)
        append(variable: value)
    }

    mutating func append(double value: Double, field: UInt64) {
        append(variable: field << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(float value: Float, field: UInt64) {
        append(variable: field << 3 | 5)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(text: String, field: UInt64) { append(Data(text.utf8), field) }

    mutating func append(message: ProtocolMessage, field: UInt64) { append(message.bytes, field) }

    private mutating func append(_ content: Data, _ field: UInt64) {
        append(variable: field << 3 | 2)
        append(variable: UInt64(content.count))
        bytes.append(content)
    }

    private mutating func append(variable value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// The Castagnoli checksum, bit by bit: events are small.
enum CRC32C {
    static func checksum(_ bytes: Data) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0) }
        }
    }

    /// Rotated and shifted, so that a checksum of data that hold checksums stays a good one.
    static func masked(_ bytes: Data) -> UInt32 {
        let sum = checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
