import GUDCore
import Testing

@testable import GUDPluginHost

/// A copy of the first bytes of a structure, which say that there are no more, right before memory that cannot be
/// touched.
final class Edge {
    private let buffer: GuardedBuffer<UInt8>

    /// - Parameters:
    ///   - bytes: How much of the structure is there.
    ///   - says: What its `struct_size` says, where that is something else.
    init<Structure>(_ structure: Structure, bytes: Int, says: UInt32? = nil) throws {
        buffer = try #require(GuardedBuffer(repeating: UInt8(0), count: bytes, atEnd: true, name: "a short structure"))
        withUnsafeBytes(of: structure) { source in
            UnsafeMutableRawBufferPointer(buffer.mutableElements).copyMemory(
                from: .init(rebasing: source.prefix(bytes)))
        }
        lend(as: UInt32.self) { $0.pointee = says ?? UInt32(bytes) }
    }

    /// Lends the bytes as a structure that may be longer; they are there until the body returns.
    @discardableResult
    func lend<Structure, Result>(
        as type: Structure.Type, _ body: (UnsafeMutablePointer<Structure>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) {
            // The buffer is never empty.
            let start = UnsafeMutableRawPointer(buffer.mutableElements.baseAddress.unsafelyUnwrapped)
            return try body(start.assumingMemoryBound(to: type))
        }
    }

    /// A value at an offset.
    func load<Value>(_ offset: Int, as type: Value.Type) -> Value {
        lend(as: UInt8.self) { UnsafeRawPointer($0).load(fromByteOffset: offset, as: type) }
    }
}

/// Every length of a structure in steps of eight bytes, from its size and version on.
func lengths<Structure>(of type: Structure.Type) -> StrideThrough<Int> {
    stride(from: 8, through: MemoryLayout<Structure>.size, by: 8)
}

/// A basis that copies.
struct CopyBasis: Basis {
    let shape: SampleShape
    var componentCount: Int { dimension }
    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        for index in 0..<samples.count { coefficients[index] = samples[index] }
    }
    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try forward(coefficients, into: &samples)
    }
    func labels(_ order: NaturalOrder) -> [Double]? { nil }

    static let factory = BasisFactory(Descriptor(name: "copy", summary: "Copies.")) { _, context in
        CopyBasis(shape: context.shape)
    }
}
