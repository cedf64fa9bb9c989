import Foundation
import GUDCore

/// Numbers for mutations: a pure function of the seed, so that any failure can be repeated.
struct MutationSource {
    let seed: UInt64
    private var counter: UInt32 = 0
    private var stream: UInt32

    init(seed: UInt64, stream: Int) {
        self.seed = seed
        self.stream = UInt32(truncatingIfNeeded: stream)
    }

    /// 64 random bits.
    mutating func bits() -> UInt64 {
        counter += 1
        let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let words = Philox4x32.block(counter: SIMD4(counter, stream, 0, 0), key: key)
        return UInt64(words.x) << 32 | UInt64(words.y)
    }

    /// A number below a limit, which must not be 0.
    mutating func below(_ limit: Int) -> Int { Int(bits() % UInt64(limit)) }
}

/// Changes to bytes of the kinds that find mistakes in parsers.
enum Mutation {
    /// Numbers at which sums overflow, signs change, or sizes are just too large.
    static let extremes: [UInt64] = [
        0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        0x1_0000_0000, 1 << 47, 1 << 48, 1 << 56, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFF0,
        0xFFFF_FFFF_FFFF_FFFF,
    ]

    /// Applies one to four random changes.
    ///
    /// - Parameters:
    ///   - bytes: What is changed.
    ///   - fields: Offsets of numbers whose meaning matters; they are hit more often.
    ///   - other: Bytes to splice in.
    static func apply(_ bytes: Data, fields: [Int], other: Data, _ source: inout MutationSource) -> Data {
        var bytes = [UInt8](bytes)
        for _ in 0...source.below(4) {
            guard !bytes.isEmpty else { break }
            switch source.below(8) {
            case 0: bytes[source.below(bytes.count)] ^= 1 << UInt8(source.below(8))
            case 1: bytes.removeLast(source.below(bytes.count) >> source.below(12))
            case 2:
                let length = min(source.below(64) + 1, bytes.count, max(other.count, 1))
                let from = source.below(max(other.count - length, 0) + 1)
                let to = source.below(bytes.count - length + 1)
                bytes.replaceSubrange(to..<to + length, with: [UInt8](other.dropFirst(from).prefix(length)))
            case 3: bytes[source.below(bytes.count)] = UInt8(truncatingIfNeeded: source.bits())
            default:
                let place =
                    fields.isEmpty || source.below(4) == 0
                    ? source.below(bytes.count) : fields[source.below(fields.count)]
                // Extreme, near an extreme, or near the size of the file.
                var value = extremes[source.below(extremes.count)]
                if source.below(3) == 0 { value = value &+ UInt64(source.below(64)) &- 32 }
                if source.below(3) == 0 { value = UInt64(bytes.count) &+ UInt64(source.below(64)) &- 32 }
                for index in 0..<[1, 2, 4, 8][source.below(4)] where place + index < bytes.count {
                    bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
                }
            }
        }
        return Data(bytes)
    }
}
