import GUDCore

/// Turns images into the features that sets of them are compared by.
public protocol FeatureExtractor: Sendable {
    /// What it is called in tables and records.
    var name: String { get }
    /// The SHA-256 of its file, in hexadecimal; `nil` where there is none.
    var hash: String? { get }
    /// What it is, and what it does to images first, in words.
    var summary: String { get }
    /// The number of features of one image.
    var featureCount: Int { get }

    /// The features of images.
    ///
    /// - Parameters:
    ///   - images: Row-major `[N, D]`, in data units: images channel-last, scaled to [-1, 1].
    /// - Returns: Row-major `[N, featureCount]`.
    /// - Throws: ``GUDError`` of its area.
    func features(of images: [Float]) throws -> [Float]
}

/// An extractor with a classifier behind it.
public protocol ClassifyingExtractor: FeatureExtractor {
    /// The number of classes.
    var classCount: Int { get }

    /// The logits of each class, row-major `[N, classCount]`, of images as ``FeatureExtractor/features(of:)`` takes them.
    func logits(of images: [Float]) throws -> [Float]
}

/// The scalars of an image themselves.
public struct PixelFeatures: FeatureExtractor {
    /// The name of this extractor.
    public static let name = "pixels"
    /// The number of scalars in a sample.
    public let featureCount: Int

    /// The scalars of samples of a dimension.
    public init(dimension: Int) { featureCount = dimension }

    /// `pixels`.
    public var name: String { Self.name }
    /// There is no file.
    public var hash: String? { nil }
    /// What it is.
    public var summary: String { "the scalars of a sample, in data units" }
    /// The images as they are.
    public func features(of images: [Float]) -> [Float] { images }
}
