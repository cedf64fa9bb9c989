/// From the product of two real packings to the real packing of the two-dimensional transform, and back.
///
/// The packings along height and width leave, of each set of four places (±k, ±l), the products of cosines C and negative
/// sines S: `CC` at (k, l), `CS` at (k, −l), `SC` at (−k, l), `SS` at (−k, −l). As
/// `F[k, l] = (C + iS)(C + iS)`, the four numbers that the two-dimensional packing holds at the same places are
///
///     (k, l): (CC − SS)/√2      (k, −l): (CC + SS)/√2
///     (−k, l): (SC − CS)/√2     (−k, −l): (SC + CS)/√2
///
/// Where k or l is its own negative, nothing changes.
struct FourierButterfly {
    private let grid: Grid

    init(_ grid: Grid) { self.grid = grid }

    /// Turns separable coefficients into packed ones.
    func pack(_ values: inout MutableSpan<Float>) {
        let half = Float(0.5).squareRoot()
        forEachQuadruple { upper, upperMirror, lower, lowerMirror in
            let cc = values[unchecked: upper]
            let cs = values[unchecked: upperMirror]
            let sc = values[unchecked: lower]
            let ss = values[unchecked: lowerMirror]
            values[unchecked: upper] = half * (cc - ss)
            values[unchecked: upperMirror] = half * (cc + ss)
            values[unchecked: lower] = half * (sc - cs)
            values[unchecked: lowerMirror] = half * (sc + cs)
        }
    }

    /// Turns packed coefficients into separable ones.
    func unpack(_ values: inout MutableSpan<Float>) {
        let half = Float(0.5).squareRoot()
        forEachQuadruple { upper, upperMirror, lower, lowerMirror in
            let a = values[unchecked: upper]
            let b = values[unchecked: upperMirror]
            let c = values[unchecked: lower]
            let d = values[unchecked: lowerMirror]
            values[unchecked: upper] = half * (a + b)
            values[unchecked: upperMirror] = half * (d - c)
            values[unchecked: lower] = half * (d + c)
            values[unchecked: lowerMirror] = half * (b - a)
        }
    }

    /// The flat indices of (k, l), (k, −l), (−k, l) and (−k, −l) of every channel.
    @inline(__always)
    private func forEachQuadruple(_ body: (Int, Int, Int, Int) -> Void) {
        // Constant numbers of channels make faster loops.
        switch grid.channels {
        case 1: forEachQuadruple(channels: 1, body)
        case 3: forEachQuadruple(channels: 3, body)
        default: forEachQuadruple(channels: grid.channels, body)
        }
    }

    @inline(__always)
    private func forEachQuadruple(channels: Int, _ body: (Int, Int, Int, Int) -> Void) {
        for k in stride(from: 1, to: (grid.height + 1) / 2, by: 1) {
            let upper = k * grid.width
            let lower = (grid.height - k) * grid.width
            for l in stride(from: 1, to: (grid.width + 1) / 2, by: 1) {
                let mirror = grid.width - l
                for channel in 0..<channels {
                    body(
                        (upper + l) * channels + channel, (upper + mirror) * channels + channel,
                        (lower + l) * channels + channel, (lower + mirror) * channels + channel)
                }
            }
        }
    }
}
