import Testing

/// Expects that every scalar is within a tolerance of what it should be, relative to the largest.
func expectClose(
    _ values: [Float], _ expected: [Double], relative tolerance: Double = 1e-5, place: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard values.count == expected.count else {
        Issue.record("\(place): \(values.count) scalars instead of \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    for index in values.indices where !(abs(Double(values[index]) - expected[index]) <= tolerance * scale) {
        Issue.record(
            "\(place): scalar \(index) is \(values[index]) instead of \(expected[index])",
            sourceLocation: sourceLocation)
        return
    }
}
