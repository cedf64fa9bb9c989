import GUDCore

/// A parameter that the file-based data sets share.
enum Limit {
    static let parameter = Parameter<Int?>(
        "limit", default: nil, range: 1...0x1p53, "At most so many training images, and so many test images.")
}
