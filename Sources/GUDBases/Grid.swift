import GUDCore

/// The sample's places: rows and columns with channels last. A vector is one row of single channels.
struct Grid: Sendable {
    let height: Int
    let width: Int
    let channels: Int
    /// Whether there is a second axis to transform.
    let hasRows: Bool

    init(_ shape: SampleShape) {
        switch shape {
        case .vector(let count): (height, width, channels, hasRows) = (1, count, 1, false)
        case .image(let height, let width, let channels):
            (self.height, self.width, self.channels, hasRows) = (height, width, channels, true)
        }
    }

    var count: Int { height * width * channels }

    /// A label for every scalar from its place; channels share it.
    func labels(_ value: (_ row: Int, _ column: Int) -> Double) -> [Double] {
        var labels: [Double] = []
        labels.reserveCapacity(count)
        for row in 0..<height {
            for column in 0..<width {
                labels.append(contentsOf: repeatElement(value(row, column), count: channels))
            }
        }
        return labels
    }

    /// The row or column of every scalar; `nil` for the rows of a vector, which has none, and for other orders.
    func placeLabels(_ order: NaturalOrder) -> [Double]? {
        switch order {
        case .row: hasRows ? labels { row, _ in Double(row) } : nil
        case .column: labels { _, column in Double(column) }
        case .frequency, .level: nil
        }
    }
}
