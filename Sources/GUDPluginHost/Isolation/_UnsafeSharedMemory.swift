import CPluginSystem
import Foundation
import GUDCore

/// Memory that two processes see.
///
/// Invariant: the mapping and the descriptor belong to this object until it ends; both processes take turns, one
/// waiting for a message while the other works on the memory.
final class SharedMemory: @unchecked Sendable {
    /// The descriptor of the memory, to hand to the other process.
    let descriptor: Int32
    /// The size in bytes.
    let count: Int
    /// The first byte; pages begin on 4,096 bytes.
    let start: UnsafeMutableRawPointer

    /// Makes memory full of zeros.
    ///
    /// - Throws: ``WireError``.
    convenience init(count: Int) throws(WireError) {
        let descriptor = gud_shared_memory(max(count, 1))
        guard descriptor >= 0 else {
            throw WireError("no shared memory of \(count) bytes: \(String(cString: strerror(errno)))")
        }
        try self.init(descriptor: descriptor)
    }

    /// Maps memory that the other process made; takes over the descriptor.
    ///
    /// - Throws: ``WireError``.
    init(descriptor: Int32) throws(WireError) {
        var status = stat()
        guard gud_keeps_its_size(descriptor) != 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw WireError("what was sent is no shared memory of a fixed size")
        }
        guard fstat(descriptor, &status) == 0,
            let start = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            start != MAP_FAILED
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw WireError("shared memory cannot be mapped: \(reason)")
        }
        self.descriptor = descriptor
        self.start = start
        count = Int(status.st_size)
    }

    deinit {
        munmap(start, count)
        close(descriptor)
    }

    /// Scalars from a place on; the place is a multiple of 64.
    func scalars<Scalar>(at offset: Int, count: Int, as type: Scalar.Type = Scalar.self) -> UnsafeMutableBufferPointer<
        Scalar
    > {
        precondition(offset >= 0 && offset + count * MemoryLayout<Scalar>.stride <= self.count, "inside the memory")
        return UnsafeMutableBufferPointer(
            start: (start + offset).bindMemory(to: type, capacity: count), count: count)
    }

    /// Bytes from the first one on.
    func bytes(_ count: Int) -> Data { Data(bytes: start, count: min(count, self.count)) }
}

/// The other process does not answer, or not in a way that can be understood.
struct WireError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SharedMemory {
    /// Copies scalars in.
    func write<Scalar: BitwiseCopyable>(_ source: Span<Scalar>, at offset: Int) {
        let destination = scalars(at: offset, count: source.count, as: Scalar.self)
        source.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { destination.baseAddress?.update(from: start, count: source.count) }
        }
    }

    /// Copies scalars out.
    func read<Scalar: BitwiseCopyable>(into destination: inout MutableSpan<Scalar>, at offset: Int) {
        let source = scalars(at: offset, count: destination.count, as: Scalar.self)
        destination.withUnsafeMutableBufferPointer { destination in
            if let start = source.baseAddress { destination.baseAddress?.update(from: start, count: source.count) }
        }
    }
}
