import GUDCore

/// The axes of a sample as rows, columns and channels; a vector is one row.
struct ImageAxes {
    let height: Int
    let width: Int
    let channels: Int
    let hasRows: Bool

    init(_ shape: SampleShape) {
        switch shape {
        case .vector(let count): (height, width, channels, hasRows) = (1, count, 1, false)
        case .image(let h, let w, let c): (height, width, channels, hasRows) = (h, w, c, true)
        }
    }

    /// A value for every scalar, in the order in which samples are stored.
    func map<Value>(_ value: (_ row: Int, _ column: Int) -> Value) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(height * width * channels)
        for row in 0..<height {
            for column in 0..<width {
                values += repeatElement(value(row, column), count: channels)
            }
        }
        return values
    }
}
