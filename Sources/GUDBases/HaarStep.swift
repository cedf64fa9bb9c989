/// One level of the Haar transform of a sample, in both directions.
///
/// The means of a level lie densely at the front of a buffer, `[height, width, channels]` of that level; details lie at
/// their places of Mallat's layout. A level overwrites its buffer: going down it writes no place before having read it, as
/// the means of block (i, j) go to a place at or before the block's first pixel; going up it works from the end.
struct HaarStep {
    /// The image that this level splits, and the full one.
    private let height: Int
    private let width: Int
    private let channels: Int
    private let fullWidth: Int
    private let hasRows: Bool

    /// The step of a level, 1 for the finest.
    init(_ grid: Grid, level: Int) {
        height = grid.hasRows ? grid.height >> (level - 1) : 1
        width = grid.width >> (level - 1)
        channels = grid.channels
        fullWidth = grid.width
        hasRows = grid.hasRows
    }

    private var lowHeight: Int { hasRows ? height / 2 : 1 }
    private var lowWidth: Int { width / 2 }

    /// Splits the means of the level before into means and details.
    func analyse(_ means: inout MutableSpan<Float>, details: inout MutableSpan<Float>) {
        if !hasRows { return analysePairs(&means, details: &details) }
        let line = width * channels
        for i in 0..<lowHeight {
            for j in 0..<lowWidth {
                let block = 2 * i * line + 2 * j * channels
                let mean = (i * lowWidth + j) * channels
                let place = (i * fullWidth + j) * channels
                for channel in 0..<channels {
                    let a = means[unchecked: block + channel]
                    let b = means[unchecked: block + channels + channel]
                    let c = means[unchecked: block + line + channel]
                    let d = means[unchecked: block + line + channels + channel]
                    means[unchecked: mean + channel] = 0.5 * ((a + b) + (c + d))
                    details[unchecked: place + acrossColumns + channel] = 0.5 * ((a - b) + (c - d))
                    details[unchecked: place + acrossRows + channel] = 0.5 * ((a + b) - (c + d))
                    details[unchecked: place + acrossRows + acrossColumns + channel] = 0.5 * ((a - b) - (c - d))
                }
            }
        }
    }

    /// Joins means and details to the means of the level before.
    func synthesise(_ means: inout MutableSpan<Float>, details: Span<Float>) {
        if !hasRows { return synthesisePairs(&means, details: details) }
        let line = width * channels
        for i in (0..<lowHeight).reversed() {
            for j in (0..<lowWidth).reversed() {
                let block = 2 * i * line + 2 * j * channels
                let mean = (i * lowWidth + j) * channels
                let place = (i * fullWidth + j) * channels
                // All channels' means are read before a block is written that may lie on them.
                for channel in (0..<channels).reversed() {
                    let m = means[unchecked: mean + channel]
                    let x = details[unchecked: place + acrossColumns + channel]
                    let y = details[unchecked: place + acrossRows + channel]
                    let z = details[unchecked: place + acrossRows + acrossColumns + channel]
                    means[unchecked: block + channel] = 0.5 * ((m + x) + (y + z))
                    means[unchecked: block + channels + channel] = 0.5 * ((m - x) + (y - z))
                    means[unchecked: block + line + channel] = 0.5 * ((m + x) - (y + z))
                    means[unchecked: block + line + channels + channel] = 0.5 * ((m - x) - (y - z))
                }
            }
        }
    }

    /// Writes the coarsest means to their places, top-left.
    func placeMeans(_ means: Span<Float>, into result: inout MutableSpan<Float>) {
        let line = lowWidth * channels
        for i in 0..<lowHeight {
            for index in 0..<line {
                result[unchecked: i * fullWidth * channels + index] = means[unchecked: i * line + index]
            }
        }
    }

    /// Reads the coarsest means from their places.
    func takeMeans(_ coefficients: Span<Float>, into means: inout MutableSpan<Float>) {
        let line = lowWidth * channels
        for i in 0..<lowHeight {
            for index in 0..<line {
                means[unchecked: i * line + index] = coefficients[unchecked: i * fullWidth * channels + index]
            }
        }
    }

    /// From a mean's place to those of the details beside it.
    private var acrossColumns: Int { lowWidth * channels }
    private var acrossRows: Int { lowHeight * fullWidth * channels }

    private func analysePairs(_ means: inout MutableSpan<Float>, details: inout MutableSpan<Float>) {
        let half = Float(0.5).squareRoot()
        for j in 0..<lowWidth {
            let a = means[unchecked: 2 * j]
            let b = means[unchecked: 2 * j + 1]
            means[unchecked: j] = half * (a + b)
            details[unchecked: lowWidth + j] = half * (a - b)
        }
    }

    private func synthesisePairs(_ means: inout MutableSpan<Float>, details: Span<Float>) {
        let half = Float(0.5).squareRoot()
        for j in (0..<lowWidth).reversed() {
            let mean = means[unchecked: j]
            let detail = details[unchecked: lowWidth + j]
            means[unchecked: 2 * j] = half * (mean + detail)
            means[unchecked: 2 * j + 1] = half * (mean - detail)
        }
    }
}
