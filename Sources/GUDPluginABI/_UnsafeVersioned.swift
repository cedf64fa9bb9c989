/// Structures that begin with their own size, read and written as `gud_plugin.h` asks.
///
/// Invariant: a structure's first 32 bits say how many of its bytes are there; no more than those are read or written, in whole
/// words of 8 bytes: a size that ends within a pointer must not leave half of one.
public enum Versioned {
    /// A copy of a structure that the other side filled in, perhaps by another version of the header: what is missing there
    /// stays as in `zero`, what is unknown here is left out.
    public static func copy<Structure>(_ source: UnsafeRawPointer, over zero: Structure) -> Structure {
        var copy = zero
        let count = wholeWords(source, of: Structure.self)
        withUnsafeMutableBytes(of: &copy) { $0.baseAddress?.copyMemory(from: source, byteCount: count) }
        return copy
    }

    /// Fills in a structure of the other side, as far as it has room; its own size stays what it was.
    public static func fill<Structure>(_ destination: UnsafeMutablePointer<Structure>, with value: Structure) {
        let destination = UnsafeMutableRawPointer(destination)
        let count = wholeWords(destination, of: Structure.self)
        guard count > 4 else { return }
        withUnsafeBytes(of: value) { source in
            guard let base = source.baseAddress else { return }
            (destination + 4).copyMemory(from: base + 4, byteCount: count - 4)
        }
    }

    /// The bytes that both sides know of.
    private static func wholeWords<Structure>(_ start: UnsafeRawPointer, of type: Structure.Type) -> Int {
        min(Int(start.loadUnaligned(as: UInt32.self)), MemoryLayout<Structure>.size) & ~7
    }

    /// What belongs in the `struct_size` of a structure.
    public static func size<Structure>(of type: Structure.Type) -> UInt32 { UInt32(MemoryLayout<Structure>.size) }
}
