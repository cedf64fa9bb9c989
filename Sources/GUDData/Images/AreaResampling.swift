extension PixelImage {
    /// The largest centred square, averaged over areas to `side × side`.
    ///
    /// Each new pixel is the mean of the part of the old image that it covers, along the columns and then the rows; enlarging
    /// repeats pixels. Odd margins leave the extra row or column at the bottom or right.
    ///
    /// - Complexity: O(*height* · *width* · channels).
    func square(side: Int) -> PixelImage {
        let edge = min(height, width)
        let (top, left) = ((height - edge) / 2, (width - edge) / 2)
        guard edge != side || height != width else { return self }
        let taps = AreaTap.taps(from: edge, to: side)

        // Rows first, in Float: [side, edge, channels].
        let length = edge * channels
        var rows = [Float](repeating: 0, count: side * length)
        for (target, row) in taps.enumerated() {
            for (source, weight) in row {
                let start = ((top + source) * width + left) * channels
                for index in 0..<length { rows[target * length + index] += weight * Float(bytes[start + index]) }
            }
        }
        var result = [UInt8](repeating: 0, count: side * side * channels)
        for line in 0..<side {
            for (target, row) in taps.enumerated() {
                for channel in 0..<channels {
                    var mean: Float = 0
                    for (source, weight) in row { mean += weight * rows[line * length + source * channels + channel] }
                    result[(line * side + target) * channels + channel] = UInt8(min(mean, 255).rounded())
                }
            }
        }
        return PixelImage(height: side, width: side, channels: channels, bytes: result)
    }
}

/// Which old pixels a new one covers along one axis, and how much of it each fills.
private enum AreaTap {
    static func taps(from old: Int, to new: Int) -> [[(source: Int, weight: Float)]] {
        (0..<new).map { target in
            // In units of 1 / new of an old pixel every border is a whole number.
            let (start, end) = (target * old, (target + 1) * old)
            return (start / new...(end - 1) / new).map { source in
                let overlap = min(end, (source + 1) * new) - max(start, source * new)
                return (source, Float(overlap) / Float(old))
            }
        }
    }
}
