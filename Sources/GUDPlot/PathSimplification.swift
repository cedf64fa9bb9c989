/// Leaves out the points of a line that nobody would miss.
///
/// What is kept is nowhere farther from what was left out than a tolerance.
///
/// Source: D. Douglas & T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized
/// line" (1973).
enum PathSimplification {
    /// A twentieth of a pixel.
    static let tolerance = 0.05

    /// The points that are kept, in order.
    static func simplified(_ points: [(x: Double, y: Double)], tolerance: Double = tolerance) -> [(
        x: Double, y: Double
    )] {
        guard points.count > 2 else { return points }
        var isKept = [Bool](repeating: false, count: points.count)
        isKept[0] = true
        isKept[points.count - 1] = true
        var open = [(0, points.count - 1)]
        while let (first, last) = open.popLast() {
            guard last - first > 1 else { continue }
            let distances = (first + 1..<last).map {
                (index: $0, value: distance(points[$0], points[first], points[last]))
            }
            guard let far = distances.max(by: { $0.value < $1.value }), far.value > tolerance else { continue }
            isKept[far.index] = true
            open += [(first, far.index), (far.index, last)]
        }
        return points.indices.filter { isKept[$0] }.map { points[$0] }
    }

    /// The distance of a point to a stretch of straight line.
    private static func distance(
        _ point: (x: Double, y: Double), _ start: (x: Double, y: Double), _ end: (x: Double, y: Double)
    ) -> Double {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let length = dx * dx + dy * dy
        let along = length > 0 ? ((point.x - start.x) * dx + (point.y - start.y) * dy) / length : 0
        let share = min(max(along, 0), 1)
        let (x, y) = (point.x - start.x - share * dx, point.y - start.y - share * dy)
        return (x * x + y * y).squareRoot()
    }
}
