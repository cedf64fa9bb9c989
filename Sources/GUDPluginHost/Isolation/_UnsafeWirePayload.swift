import Foundation
import GUDCore

/// A description as JSON, followed by arrays of numbers as they are: what is too large for a message.
///
/// Layout: the count of sections, the length of each in bytes, then the sections, each from a multiple of 64 on. The
/// first is the JSON.
///
/// Invariant: sections are copied in and out as bytes of the same machine.
struct WirePayload {
    private(set) var sections: [Data]

    /// A description, with arrays to come.
    init(_ description: some Encodable) throws { sections = [try JSONEncoder().encode(description)] }

    /// Adds an array.
    ///
    /// - Returns: The number of its section.
    mutating func append<Scalar: BitwiseCopyable>(_ values: [Scalar]) -> Int {
        sections.append(values.withUnsafeBytes { Data($0) })
        return sections.count - 1
    }

    /// The description.
    func description<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: sections.first ?? Data())
    }

    /// An array of a section.
    func array<Scalar: BitwiseCopyable>(_ section: Int, as type: Scalar.Type = Scalar.self) throws(WireError)
        -> [Scalar]
    {
        guard sections.indices.contains(section), sections[section].count % MemoryLayout<Scalar>.stride == 0 else {
            throw WireError("section \(section) is not the array that it should be")
        }
        let bytes = sections[section]
        return [Scalar](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Scalar>.stride) { buffer, count in
            count = buffer.count
            bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// Writes the payload into memory of its own.
    func share() throws(WireError) -> SharedMemory {
        var offset = Self.rounded(8 * (1 + sections.count))
        var offsets: [Int] = []
        for section in sections {
            offsets.append(offset)
            offset = Self.rounded(offset + section.count)
        }
        let memory = try SharedMemory(count: offset)
        let numbers = memory.scalars(at: 0, count: 1 + sections.count, as: UInt64.self)
        numbers[0] = UInt64(sections.count)
        for (index, section) in sections.enumerated() {
            numbers[1 + index] = UInt64(section.count)
            section.copyBytes(
                to: UnsafeMutableRawBufferPointer(
                    memory.scalars(at: offsets[index], count: section.count, as: UInt8.self)))
        }
        return memory
    }

    /// Reads the payload of a descriptor, which it takes over.
    init(descriptor: Int32) throws(WireError) {
        let memory = try SharedMemory(descriptor: descriptor)
        guard memory.count >= 8 else { throw WireError("a payload is too short") }
        let count = Int(clamping: memory.scalars(at: 0, count: 1, as: UInt64.self)[0])
        guard count <= 1 << 16, memory.count >= 8 * (1 + count) else { throw WireError("a payload is damaged") }
        let lengths = memory.scalars(at: 0, count: 1 + count, as: UInt64.self).dropFirst()
        var offset = Self.rounded(8 * (1 + count))
        sections = []
        for length in lengths {
            let length = Int(clamping: length)
            guard length <= memory.count - offset else { throw WireError("a payload is damaged") }
            sections.append(Data(bytes: memory.start + offset, count: length))
            offset = Self.rounded(offset + length)
        }
    }

    private static func rounded(_ count: Int) -> Int { (count + 63) / 64 * 64 }
}

extension WirePayload {
    /// The same arrays under another description.
    func describing(_ description: some Encodable) throws -> WirePayload {
        var payload = self
        payload.sections[0] = try JSONEncoder().encode(description)
        return payload
    }
}
