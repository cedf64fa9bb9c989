import ConformanceCheckers
import Foundation
import GUDBases
import GUDCore
import Testing

/// A basis that breaks one law on purpose fails that law: a law that cannot fail tests nothing.
@Suite struct BrokenBasisTests {
    private static let shape = SampleShape.image(height: 4, width: 6, channels: 1)

    /// The laws that fail, by a phrase of each.
    private func failures(_ basis: any Basis) -> [String] {
        BasisLaws(basis).findings().filter { !$0.passed }.map(\.law)
    }

    private func expectFailure(
        _ phrase: String, _ fault: Fault, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let failures = failures(BrokenBasis(fault, shape: Self.shape))
        #expect(
            failures.contains { $0.contains(phrase) }, "\(fault) fails \(failures), not '\(phrase)'",
            sourceLocation: sourceLocation)
    }

    @Test("the basis that the faults are built on has none")
    func sound() { #expect(failures(BrokenBasis(.none, shape: Self.shape)) == []) }

    @Test(
        "each fault fails its law",
        arguments: [
            (Fault.scaled, "inverse undoes forward"), (.scaled, "lengths are kept"),
            (.inverseNotAdjoint, "white noise stays white"),
            (.wrongInverse, "forward undoes inverse"), (.wrongInverse, "inverse is the adjoint"),
            (.inverseNotAdjoint, "inverse is the adjoint"), (.inverseNotAdjoint, "lengths are kept"),
            (.offset, "forward is linear"), (.quadratic, "forward is linear"),
            (.mixesComponents, "white noise stays white"),
            (.counts, "forward twice gives the same bits"), (.readsDestination, "forward twice gives the same bits"),
            (.dependsOnBatch, "forward of a batch gives the bits of its samples"),
            (.dependsOnPlace, "forward of a batch gives the bits of its samples"),
            (.sharesScratch, "forward on eight threads at once"),
            (.leaksNaN, "forward keeps a NaN in its own sample"), (.losesNaN, "forward keeps a NaN in its own sample"),
            (.writesBeforeThrowing, "forward refuses buffers"), (.neverThrows, "forward refuses buffers"),
            (.throwing, "inverse undoes forward"), (.badLabels, "labels are one finite number"),
            (.tooManyComponents, "there are 1 to D components"),
        ])
    func faults(fault: Fault, phrase: String) { expectFailure(phrase, fault) }
}

/// One thing that a basis can do wrong.
enum Fault: Sendable {
    case none, scaled, wrongInverse, inverseNotAdjoint, offset, quadratic, mixesComponents, counts, readsDestination
    case dependsOnBatch, dependsOnPlace, sharesScratch, leaksNaN, losesNaN, writesBeforeThrowing, neverThrows, throwing
    case badLabels, tooManyComponents
}

/// The cosine transform with a fault.
private final class BrokenBasis: Basis, @unchecked Sendable {
    private let fault: Fault
    private let sound: DCTBasis
    private let calls = DispatchQueue(label: "calls")
    private var callCount = 0
    private let scratch: UnsafeMutablePointer<Float>

    init(_ fault: Fault, shape: SampleShape) {
        self.fault = fault
        sound = DCTBasis(shape: shape)
        scratch = .allocate(capacity: 1)
        scratch.initialize(to: 0)
    }

    deinit { scratch.deallocate() }

    var shape: SampleShape { sound.shape }
    var componentCount: Int { sound.componentCount + (fault == .tooManyComponents ? 1 : 0) }

    func labels(_ order: NaturalOrder) -> [Double]? {
        fault == .badLabels && order == .row ? [1, .nan] : sound.labels(order)
    }

    func inverse(_ coefficients: Span<Float>, into samples: inout MutableSpan<Float>) throws(BasisError) {
        try sound.inverse(coefficients, into: &samples)
        switch fault {
        case .scaled: for index in samples.indices { samples[index] *= 1.001 }
        case .wrongInverse: for index in samples.indices { samples[index] *= -1 }
        // Undoes a forward that is scaled by 2, but is not its transpose.
        case .inverseNotAdjoint: for index in samples.indices { samples[index] /= 2 }
        default: break
        }
    }

    func forward(_ samples: Span<Float>, into coefficients: inout MutableSpan<Float>) throws(BasisError) {
        if fault == .throwing { throw .failed(reason: "on purpose") }
        if fault == .writesBeforeThrowing, coefficients.count > 0 { coefficients[0] = 0 }
        if fault == .neverThrows, samples.count % 24 != 0 || coefficients.count != samples.count { return }
        let before = coefficients.count > 0 ? coefficients[0] : 0
        try sound.forward(samples, into: &coefficients)
        guard samples.count > 0 else { return }
        spoil(samples, &coefficients, before)
    }

    private func spoil(_ samples: Span<Float>, _ coefficients: inout MutableSpan<Float>, _ before: Float) {
        let batch = samples.count / 24
        switch fault {
        case .scaled: for index in coefficients.indices { coefficients[index] *= 1.001 }
        case .inverseNotAdjoint: for index in coefficients.indices { coefficients[index] *= 2 }
        case .offset: for index in coefficients.indices { coefficients[index] += 0.01 }
        case .quadratic:
            for index in coefficients.indices {
                coefficients[index] += 0.001 * coefficients[index] * coefficients[index]
            }
        case .mixesComponents:
            for index in coefficients.indices where index % 24 == 1 { coefficients[index] = coefficients[index - 1] }
        case .counts:
            coefficients[0] +=
                Float(
                    calls.sync {
                        callCount += 1; return callCount
                    }) * 1e-3
        case .readsDestination: coefficients[0] += before * 1e-3
        case .dependsOnBatch: if batch == 64 { coefficients[3] = coefficients[3].nextUp }
        case .dependsOnPlace: if batch > 2 { coefficients[24] = coefficients[24].nextUp }
        case .sharesScratch: throughScratch(&coefficients)
        case .leaksNaN: if batch > 1 { coefficients[24 - 1] += 0 * coefficients[2 * 24 - 1] }
        case .losesNaN: for index in coefficients.indices where coefficients[index].isNaN { coefficients[index] = 0 }
        default: break
        }
    }

    /// Passes every scalar through one place that all calls share.
    private func throughScratch(_ coefficients: inout MutableSpan<Float>) {
        for index in coefficients.indices {
            calls.sync { scratch.pointee = coefficients[index] }
            sched_yield()
            coefficients[index] = calls.sync { scratch.pointee }
        }
    }
}
