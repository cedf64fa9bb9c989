import GUDCore
import GUDData

/// Files that strips begin with: a picture, or `.npy` numbers.
public enum StripFile {
    /// Reads images of any length along an axis.
    ///
    /// Black is −1 and white 1; a picture's channels are turned to those of the model. An array is one image, `[height, width]` or
    /// `[height, width, channels]`, or several, `[strips, height, width, channels]`, in data units.
    ///
    /// - Parameters:
    ///   - path: A PNG, JPEG or `.npy` file.
    ///   - window: The shape of the model's samples: sets the other axis and the channels.
    ///   - axis: The axis along which the length is free.
    /// - Throws: ``FileError`` where the file cannot be read; ``ExtensionError`` where it does not fit.
    public static func read(_ path: String, window: SampleShape, along axis: ImageAxis) throws -> ImageStrips {
        guard case .image(let height, let width, let channels) = window else { throw ExtensionError.vector(window) }
        let strips: ImageStrips?
        if path.lowercased().hasSuffix(".npy") {
            let array = try NumpyArray(contentsOf: path)
            let axes = array.axes.count == 2 ? array.axes + [1] : array.axes
            guard let shape = SampleShape(axes: Array(axes.suffix(3))), axes.count >= 3, axes.count <= 4,
                !array.values.isEmpty
            else { throw ExtensionError.axes(path, array.axes) }
            strips = ImageStrips(array.floats, shape: shape, along: axis)
        } else {
            let image = try ImageFile.read(path)
            guard channels == 1 || channels == 3 else {
                throw ExtensionError.beginning("'\(path)'", image.shape, window: window, axis)
            }
            strips = ImageStrips(
                image.samples(channels: channels),
                shape: .image(height: image.height, width: image.width, channels: channels), along: axis)
        }
        guard let strips else { throw ExtensionError.vector(window) }
        guard strips.profile == [axis == .columns ? height : width, channels] else {
            throw ExtensionError.beginning("'\(path)'", strips.shape, window: window, axis)
        }
        return strips
    }
}
