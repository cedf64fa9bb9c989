/// The pair of Dormand and Prince, of orders 5 and 4 in seven stages, the last of which is the first of the next step.
///
/// Source: Dormand & Prince, "A family of embedded Runge-Kutta formulae", J. Comput. Appl. Math. 6 (1980); the interpolant of
/// fourth order is that of Hairer, Nørsett & Wanner, "Solving ordinary differential equations I", section II.6.
enum DormandPrinceTableau {
    /// Where in the step each stage lies.
    static let nodes: [Double] = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
    /// The weights of earlier stages in each stage; those of the last stage are the step of order 5.
    static let stages: [[Double]] = [
        [],
        [1 / 5],
        [3 / 40, 9 / 40],
        [44 / 45, -56 / 15, 32 / 9],
        [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
        [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ]
    /// The difference of the steps of order 5 and 4.
    static let error: [Double] = [
        71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
    ]
    /// The weights of the stages in the last term of the interpolant.
    static let interpolant: [Double] = [
        -12_715_105_075 / 11_282_082_432, 0, 87_487_479_700 / 32_700_410_799, -10_690_763_975 / 1_880_347_072,
        701_980_252_875 / 199_316_789_632, -1_453_857_185 / 822_651_844, 69_997_945 / 29_380_423,
    ]
}
