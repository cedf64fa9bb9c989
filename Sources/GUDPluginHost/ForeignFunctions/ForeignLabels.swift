import GUDCore

/// A rule that gives the components of a foreign basis their frequency.
///
/// Written `labels: {frequency: dct}`; the set is closed.
enum ForeignLabels: String, ParameterChoice {
    /// Index *k* makes *k* half-cycles: `√(k² + l²)/2`, as GUD's own `dct` has it.
    case dct
    /// Index *k* makes `min(k, n − k)` cycles, as in a Hartley or half-complex Fourier transform: `√(k² + l²)` of
    /// those.
    case periodic

    /// The label of every component of a shape.
    func frequencies(for shape: SampleShape) -> [Double] {
        let axes = ImageAxes(shape)
        func frequency(_ index: Int, of count: Int) -> Double {
            switch self {
            case .dct: Double(index) / 2
            case .periodic: Double(min(index, count - index))
            }
        }
        return axes.map { row, column in
            let (k, l) = (frequency(row, of: axes.height), frequency(column, of: axes.width))
            return (k * k + l * l).squareRoot()
        }
    }
}
