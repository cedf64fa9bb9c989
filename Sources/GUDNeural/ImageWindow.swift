import GUDCore

/// A part of an image: some rows of some columns, all channels.
///
/// It is what a network of a finite reach must be given for ε̂ of some components. In data, components touch places: a pixel its own,
/// a wavelet its support. ε̂ of these components depends on the network's output at those places alone, and on its input within
/// reach of them. The part's own borders, where the network sees zeros that are not in the image, are then too far away to matter; true
/// borders stay borders.
struct ImageWindow: Equatable {
    /// The image's height, width and channels.
    let image: (height: Int, width: Int, channels: Int)
    /// The rows of the part.
    let rows: Range<Int>
    /// Its columns.
    let columns: Range<Int>

    /// Everything within reach of a set of places.
    ///
    /// - Parameter places: One flag per scalar of a sample.
    /// - Returns: `nil` where that is the whole image, or nothing, or the samples are no images.
    init?(around places: [Bool], shape: SampleShape, reach: Int) {
        guard case .image(let height, let width, let channels) = shape else { return nil }
        var (top, bottom, left, right) = (height, -1, width, -1)
        for (index, isTouched) in places.enumerated() where isTouched {
            let (row, column) = (index / (width * channels), index / channels % width)
            (top, bottom) = (min(top, row), max(bottom, row))
            (left, right) = (min(left, column), max(right, column))
        }
        guard bottom >= 0 else { return nil }
        image = (height, width, channels)
        rows = max(0, top - reach)..<min(height, bottom + reach + 1)
        columns = max(0, left - reach)..<min(width, right + reach + 1)
        if rows.count == height && columns.count == width { return nil }
    }

    /// What a network of a reach must be given for ε̂ of the active components of a basis.
    ///
    /// Which places a component touches is asked of the basis itself: random numbers at the active components leave zeros where none of
    /// them reaches. (Twice, as a sum may come out as zero by chance.)
    ///
    /// - Returns: As ``init(around:shape:reach:)``.
    /// - Complexity: That of the inverse transform of two samples.
    init?(of active: [Bool], in basis: any Basis, reach: Int) throws(DenoiserError) {
        var numbers = CounterNoise(seed: 0, purpose: .checking).normals(samples: 0..<2, count: active.count)
        for index in numbers.indices where !active[index % active.count] { numbers[index] = 0 }
        let samples: [Float]
        do { samples = try basis.inverse(numbers) } catch { throw .failed(reason: error.description) }
        let dimension = basis.dimension
        self.init(
            around: (0..<dimension).map { samples[$0] != 0 || samples[dimension + $0] != 0 }, shape: basis.shape,
            reach: reach)
    }

    /// The axes of a sample's part.
    var axes: [Int] { [rows.count, columns.count, image.channels] }

    /// The part of each image of a batch.
    ///
    /// - Parameter images: Row-major `[batch, height, width, channels]`.
    func cropped(_ images: [Float]) -> [Float] {
        var part: [Float] = []
        let lines = images.count / (image.width * image.channels)
        part.reserveCapacity(lines / image.height * axes.reduce(1, *))
        for line in 0..<lines where rows.contains(line % image.height) { part += images[place(line)] }
        return part
    }

    /// Images with a part filled in, and zeros elsewhere; undoes ``cropped(_:)``.
    func pasted(_ part: [Float]) -> [Float] {
        let lines = part.count / (columns.count * image.channels) / rows.count * image.height
        var images = [Float](repeating: 0, count: lines * image.width * image.channels)
        var start = 0
        for line in 0..<lines where rows.contains(line % image.height) {
            let range = place(line)
            images.replaceSubrange(range, with: part[start..<start + range.count])
            start += range.count
        }
        return images
    }

    /// Where the part of one line of a batch's images is.
    private func place(_ line: Int) -> Range<Int> {
        let start = line * image.width * image.channels
        return start + columns.lowerBound * image.channels..<start + columns.upperBound * image.channels
    }

    static func == (left: ImageWindow, right: ImageWindow) -> Bool {
        left.image == right.image && left.rows == right.rows && left.columns == right.columns
    }
}

extension NetworkBatch {
    /// The batch with nothing but a part of its images.
    func cropped(to window: ImageWindow) -> NetworkBatch {
        var part = self
        part.axes = [axes[0]] + window.axes
        part.samples = window.cropped(samples)
        part.gammaMap = gammaMap.map(window.cropped)
        return part
    }
}
