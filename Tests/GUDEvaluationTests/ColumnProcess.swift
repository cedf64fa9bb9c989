import Foundation
import GUDCore

/// Strips of independent rows, each a stationary Gaussian process of order one along the columns: `Cov(x_a, x_b) = ρ^|a−b|`.
struct ColumnProcess {
    let height: Int
    let rho: Double

    /// Draws strips: row-major `[count, height, width, 1]`.
    func draw(_ count: Int, width: Int, seed: UInt64) -> ImageStrips? {
        let noise = CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<count * height, count: width)
        var values = noise
        let fresh = (1 - rho * rho).squareRoot()
        for start in stride(from: 0, to: values.count, by: width) {
            for column in 1..<width {
                values[start + column] = Float(
                    rho * Double(values[start + column - 1]) + fresh * Double(noise[start + column]))
            }
        }
        return ImageStrips(values, shape: .image(height: height, width: width, channels: 1), along: .columns)
    }
}

extension ImageStrips {
    /// Every value as a function of its line and itself.
    func mapped(_ change: (_ line: Int, _ value: Float) -> Float) -> ImageStrips? {
        let mapped = (0..<lineCount).map { line -> ImageStrips in
            let cut = lines(line..<line + 1)
            return ImageStrips(cut.values.map { change(line, $0) }, shape: cut.shape, along: axis) ?? cut
        }
        return mapped.dropFirst().reduce(mapped.first) { $0?.appending($1) }
    }
}
