/// The values in [-1, 1] that stand for quantisation levels: `2q / (L − 1) − 1`, correctly rounded.
struct ByteScale: Sendable {
    /// The value of every byte; those from *L* upwards lie above 1.
    private let table: [Float]

    /// A scale of so many levels.
    init(levels: Int) {
        table = (0..<256).map { Float(2 * Double($0) / Double(levels - 1) - 1) }
    }

    /// Bytes as they are in images: 0 is −1, 255 is 1.
    static let bytes = ByteScale(levels: 256)

    /// The value of one level.
    subscript(level: UInt8) -> Float { table[Int(level)] }

    /// The values of many levels.
    ///
    /// - Complexity: O(*count*), about a nanosecond each.
    func values(of levels: ArraySlice<UInt8>) -> [Float] {
        [Float](unsafeUninitializedCapacity: levels.count) { values, initialized in
            table.withUnsafeBufferPointer { table in
                levels.withUnsafeBufferPointer { levels in
                    for index in levels.indices { values.initializeElement(at: index, to: table[Int(levels[index])]) }
                }
            }
            initialized = levels.count
        }
    }
}
