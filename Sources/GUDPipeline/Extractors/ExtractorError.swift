import GUDCore

/// What can go wrong with a feature extractor.
public enum ExtractorError: GUDError, Equatable {
    /// The data have no labels to learn from.
    case unlabelled(String)
    /// The data are not images.
    case notImages(String, SampleShape)
    /// There are no held-out images to measure the accuracy on.
    case noTest(String)
    /// The file is neither a classifier of ours nor a TorchScript module.
    case kind(String)
    /// The file is not what it should be.
    case damaged(String, reason: String)
    /// The extractor takes images of another shape.
    case shape(String, takes: [Int], data: SampleShape, remedy: String)
    /// A module did not give one row of features per image.
    case output(String, axes: [[Int]], count: Int)
    /// A module failed on the images.
    case failed(String, shape: [Int], reason: String)
    /// Two extractors have one name.
    case name(String)
    /// Training diverged.
    case diverged(step: Int, loss: Double)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unlabelled(let data):
            "data set '\(data)' has no labels, so no classifier can be trained on it; train one on a similar set, or bring a "
                + "scripted PyTorch module"
        case .notImages(let data, let shape):
            "samples of '\(data)' have shape \(shape); extractors take images. Compare such samples by --extractor pixels"
        case .noTest(let data):
            "data set '\(data)' has no held-out images, so the accuracy of a classifier could not be told"
        case .kind(let path):
            "'\(path)' is no extractor: give 'pixels', a .safetensors file of 'gud extractor train', or a TorchScript .pt file"
        case .damaged(let path, let reason): "'\(path)' cannot be used as an extractor: \(reason)"
        case .shape(let name, let takes, let data, let remedy):
            "extractor '\(name)' takes images of \(takes.map(String.init).joined(separator: "×")), but the data are \(data); "
                + remedy
        case .output(let path, let axes, let count):
            "'\(path)' returned tensors of shapes \(axes) for \(count) images; the first must be [\(count), features], a second "
                + "may be [\(count), classes]"
        case .failed(let path, let shape, let reason):
            "'\(path)' failed on images of \(shape.map(String.init).joined(separator: "×")): \(reason); state what it takes in "
                + "'\(path).json', as {\"input\": [height, width, channels], \"range\": [low, high]}"
        case .name(let name): "two extractors are called '\(name)'; give each once, or rename one of the files"
        case .diverged(let step, let loss):
            "training diverged at step \(step) with loss \(loss); lower --learning-rate"
        }
    }

    /// A file that is damaged or fails is not the request's mistake.
    public var blame: Blame {
        switch self {
        case .damaged, .failed, .diverged: .execution
        default: .request
        }
    }
}
