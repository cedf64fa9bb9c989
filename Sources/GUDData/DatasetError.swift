import GUDCore

/// What can be wrong with a data set as a whole; what is wrong inside one file is a ``FileError``.
public enum DatasetError: GUDError, Equatable {
    /// There is not a single training sample.
    case nothingToTrainOn(String)
    /// The rows are not as long as the shape says.
    case rowWidth(String, part: String, Int, SampleShape)
    /// A value is NaN or infinite.
    case notFinite(String, part: String, sample: Int, Float)
    /// One part has labels and the data set says it has none, or the other way round.
    case unlabelled(String, part: String, classCount: Int)
    /// A label is not one of the classes.
    case label(String, part: String, sample: Int, Int, classCount: Int)
    /// An entry of a file of labels is not a class.
    case labelValue(String, index: Int, Double)
    /// Two files that belong together hold different numbers of entries.
    case countMismatch(images: String, Int, labels: String, Int)
    /// Two images that should have one shape have different ones.
    case mixedSizes(String, SampleShape, String, SampleShape, remedy: String)
    /// A directory does not hold the files that the data set needs.
    case missingFiles(directory: String, wanted: [String], remedy: String)
    /// A directory holds images beside sub-directories of images, so that it is unclear which labels are meant.
    case mixedLayout(image: String, directory: String)
    /// An array cannot be read as samples.
    case axes(String, [Int], wanted: String)

    /// Labels are rows of an embedding table; larger ones are surely something else.
    static let largestClassCount = 1 << 16

    /// The text of the message.
    public var description: String {
        switch self {
        case .nothingToTrainOn(let name):
            "data set '\(name)' has no training samples; give it at least one"
        case .rowWidth(let name, let part, let width, let shape):
            "the \(part) part of data set '\(name)' has rows of \(width) values where shape \(shape) calls for "
                + "\(shape.dimension); give both parts one shape"
        case .notFinite(let name, let part, let sample, let value):
            "\(part) sample \(sample) of data set '\(name)' holds \(value); only finite numbers can be used"
        case .unlabelled(let name, let part, let classCount):
            classCount == 0
                ? "the \(part) part of data set '\(name)' has labels, but the data set says it has no classes; "
                    + "label both parts or neither"
                : "the \(part) part of data set '\(name)' has no labels, but the data set has \(classCount) classes; "
                    + "label both parts or neither"
        case .label(let name, let part, let sample, let label, let classCount):
            "\(part) sample \(sample) of data set '\(name)' has label \(label); allowed: 0 to \(classCount - 1)"
        case .labelValue(let path, let index, let value):
            "'\(path)': entry \(index) is \(value); labels are whole numbers from 0 to \(Self.largestClassCount - 1)"
        case .countMismatch(let images, let imageCount, let labels, let labelCount):
            "'\(images)' holds \(imageCount) samples, but '\(labels)' holds \(labelCount) labels; give files that belong together"
        case .mixedSizes(let first, let firstShape, let second, let secondShape, let remedy):
            "'\(first)' is \(firstShape), but '\(second)' is \(secondShape); \(remedy)"
        case .missingFiles(let directory, let wanted, let remedy):
            "'\(directory)' holds no \(wanted.joined(separator: " or ")); \(remedy)"
        case .mixedLayout(let image, let directory):
            "'\(image)' lies beside '\(directory)', whose name is a label; move all images into sub-directories, or none"
        case .axes(let path, let axes, let wanted):
            "'\(path)' holds an array of axes \(axes); wanted: \(wanted)"
        }
    }

    /// A wrong request where a configuration can mend it; the rest happens while carrying it out.
    public var blame: Blame {
        switch self {
        case .notFinite: .execution
        default: .request
        }
    }
}
