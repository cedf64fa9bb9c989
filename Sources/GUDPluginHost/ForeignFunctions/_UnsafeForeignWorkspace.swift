import GUDCore

#if canImport(Glibc)
import Glibc
#endif

/// Two buffers for foreign functions, on boundaries of 64 bytes, with a seal on either side of each.
///
/// Invariant: the memory lives for the body of ``with(bytes:alignment:guardPages:_:)`` alone and belongs to one thread.
/// A function that writes a little outside breaks a seal, which ``isIntact`` sees; one that writes far, or reads, is
/// caught with guard pages only: it dies at once, instead of going on with a heap in ruins.
struct ForeignWorkspace {
    private static let seal = 64
    private static let pattern: UInt8 = 0xA5
    /// What the longest seal looks like.
    private static let pristine = [UInt8](repeating: pattern, count: 2 * seal)

    let input: UnsafeMutableRawPointer
    let output: UnsafeMutableRawPointer
    private let bytes: Int
    /// Bytes after the scalars that are sealed.
    private let tail: Int

    /// Runs a body with a workspace.
    ///
    /// - Parameters:
    ///   - bytes: The size of each buffer.
    ///   - alignment: With guard pages, the boundary on which buffers begin; without, it is 64 bytes.
    ///   - guardPages: Whether inaccessible pages follow the buffers. Costs some system calls; for checks.
    static func with<Result>(
        bytes: Int, alignment: Int = 64, guardPages: Bool, _ body: (ForeignWorkspace) -> Result
    ) -> Result? {
        if guardPages { return withPages(bytes: bytes, rounded: (bytes + alignment - 1) / alignment * alignment, body) }
        let rounded = (bytes + seal - 1) / seal * seal
        let each = seal + rounded + seal
        return withUnsafeTemporaryAllocation(byteCount: 2 * each, alignment: seal) { memory in
            guard let base = memory.baseAddress else { return nil }
            return body(
                ForeignWorkspace(
                    input: base + seal, output: base + each + seal, bytes: bytes, tail: rounded - bytes + seal))
        }
    }

    private static func withPages<Result>(
        bytes: Int, rounded: Int, _ body: (ForeignWorkspace) -> Result
    ) -> Result? {
        let page = Int(getpagesize())
        let room = (seal + rounded + page - 1) / page * page
        let total = 2 * (room + page) + page
        // Page, room, page, room, page: all inaccessible at first.
        guard let base = mmap(nil, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), base != MAP_FAILED else {
            return nil
        }
        defer { munmap(base, total) }
        let rooms = [base + page, base + page + room + page]
        for start in rooms where mprotect(start, room, PROT_READ | PROT_WRITE) != 0 { return nil }
        let workspace = ForeignWorkspace(
            input: rooms[0] + room - rounded, output: rooms[1] + room - rounded, bytes: bytes, tail: rounded - bytes)
        // What a function leaves unwritten is then NaN.
        memset(workspace.output, 0xFF, bytes)
        memset(workspace.input, 0xFF, bytes)
        return body(workspace)
    }

    private init(input: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer, bytes: Int, tail: Int) {
        (self.input, self.output, self.bytes, self.tail) = (input, output, bytes, tail)
        for buffer in [input, output] {
            memset(buffer - Self.seal, Int32(Self.pattern), Self.seal)
            memset(buffer + bytes, Int32(Self.pattern), tail)
        }
    }

    /// Whether all seals hold.
    var isIntact: Bool {
        [input, output].allSatisfy { (buffer: UnsafeMutableRawPointer) in
            isSealed(buffer - Self.seal, Self.seal) && isSealed(buffer + bytes, tail)
        }
    }

    private func isSealed(_ start: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        Self.pristine.withUnsafeBytes { pristine in
            pristine.baseAddress.map { memcmp(start, $0, count) == 0 } ?? false
        }
    }
}
