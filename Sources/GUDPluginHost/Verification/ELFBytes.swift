import Foundation

/// The bytes of a file that may lie about itself: every read is checked, none can trap.
struct ELFBytes {
    let path: String
    let bytes: Data

    /// The number of bytes.
    var count: UInt64 { UInt64(bytes.count) }

    /// A little-endian number.
    ///
    /// - Throws: ``ELFError/truncated(_:part:end:size:)`` where the file ends before the number does.
    func integer<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type, at offset: UInt64, of part: @autoclosure () -> String
    ) throws(ELFError) -> Number {
        let width = UInt64(Number.bitWidth / 8)
        guard offset <= count, width <= count - offset else {
            throw truncated(part(), offset: offset, size: width)
        }
        let span = bytes.span
        var value: Number = 0
        for place in (Int(offset)..<Int(offset + width)).reversed() { value = value << 8 | Number(span[place]) }
        return value
    }

    /// Checks that a stretch lies within the file.
    func require(_ part: @autoclosure () -> String, offset: UInt64, size: UInt64) throws(ELFError) {
        guard offset <= count, size <= count - offset else { throw truncated(part(), offset: offset, size: size) }
    }

    /// The bytes up to the next zero, which must come before the end.
    func string(_ part: @autoclosure () -> String, at offset: UInt64, in table: ELFPlace) throws(ELFError) -> String {
        guard offset < table.size else {
            throw .unterminatedString(path, part: part(), offset: offset)
        }
        let span = bytes.span
        let start = Int(table.offset + offset)
        let end = start + Int(min(table.size - offset, UInt64(ELFLimits.nameLength + 1)))
        var place = start
        while place < end, span[place] != 0 { place += 1 }
        guard place < end else {
            throw .unterminatedString(path, part: part(), offset: offset)
        }
        let first = bytes.startIndex
        return String(decoding: bytes[first + start..<first + place], as: UTF8.self)
    }

    private func truncated(_ part: String, offset: UInt64, size: UInt64) -> ELFError {
        let (end, overflow) = offset.addingReportingOverflow(size)
        return .truncated(path, part: part, end: overflow ? .max : end, size: bytes.count)
    }
}

/// A stretch of the file that has been checked to lie within it.
struct ELFPlace: Equatable {
    let offset: UInt64
    let size: UInt64
}

/// What no plugin exceeds; together they bound the time and memory that a hostile file can cost.
enum ELFLimits {
    /// Bytes in a name.
    static let nameLength = 1 << 16
    /// Bytes in all names together: they may overlap in the table, so that a small file could ask for gigabytes.
    static let nameBytes = 1 << 27
    /// Entries of the dynamic section.
    static let dynamicEntries = 1 << 12
    /// Words of the table of relative relocations, 63 addresses in each.
    static let relativeWords = 1 << 20
    /// Symbols.
    static let symbols = 1 << 20
}
