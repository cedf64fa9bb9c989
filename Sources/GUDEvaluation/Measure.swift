/// One measure of how two sets of samples differ, with its uncertainty.
public struct Measure: Sendable, Codable, Equatable {
    /// The measures there are; the raw values are those of records.
    public enum Name: String, Sendable, Codable, CaseIterable {
        /// ``frechetDistance(_:_:)``.
        case frechet
        /// ``kernelDistance(_:_:groups:)``.
        case kernelDistance
        /// ``slicedWassersteinDistance(_:_:projections:seed:)``.
        case slicedWasserstein
        /// ``nearestNeighbourAccuracy(_:_:seed:)``.
        case nearestNeighbourAccuracy

        /// The heading of a column.
        public var heading: String {
            switch self {
            case .frechet: "Fréchet"
            case .kernelDistance: "KID × 1000"
            case .slicedWasserstein: "sliced W2"
            case .nearestNeighbourAccuracy: "1-NN accuracy"
            }
        }

        /// What a value is multiplied by under its heading.
        public var scale: Double { self == .kernelDistance ? 1000 : 1 }
    }

    /// Which measure it is.
    public var name: Name
    /// Its value.
    public var value: Double
    /// The standard error of the value over both sets of samples; `nil` where it would cost too much.
    public var standardError: Double?

    /// A measure.
    public init(name: Name, value: Double, standardError: Double?) {
        self.name = name
        self.value = value
        self.standardError = standardError
    }
}
