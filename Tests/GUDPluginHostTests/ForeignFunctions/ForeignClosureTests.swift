import Foundation
import GUDCore
import Synchronization
import Testing

@testable import GUDPluginHost

#if canImport(Glibc)
import Glibc
#endif

/// Closures handed to C functions that take a bare pointer, against sorted arrays and closed forms.
@Suite struct ForeignClosureTests {
    private struct Refusal: Error, Equatable {
        let value: Int32
    }

    private let rising = ForeignClosure(Comparison<Int32>()) { $0 < $1 ? -1 : $0 > $1 ? 1 : 0 }

    private func numbers(_ seed: UInt64, count: Int = 1000) -> [Int32] {
        CounterNoise(seed: seed, purpose: .checking).normals(samples: 0..<1, count: count).map { Int32($0 * 1000) }
    }

    private func sort(_ values: [Int32], _ closure: ForeignClosure<Comparison<Int32>>) throws -> [Int32] {
        var values = values
        try values.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            try closure.withFunctionPointer { qsort(base, bytes.count / 4, 4, $0) }
        }
        return values
    }

    @Test("qsort with a closure sorts") func sorting() throws {
        let values = numbers(1)
        #expect(try sort(values, rising) == values.sorted())
        let falling = ForeignClosure(Comparison<Int32>()) { $0 < $1 ? 1 : $0 > $1 ? -1 : 0 }
        #expect(try sort(values, falling) == values.sorted(by: >))
    }

    @Test("an error in the closure comes out after qsort has returned, and the closure is not run again")
    func errors() throws {
        let calls = Mutex(0)
        let failing = ForeignClosure(Comparison<Int32>()) { first, second in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if call == 10 { throw Refusal(value: 10) }
            return first < second ? -1 : 1
        }
        #expect(throws: Refusal(value: 10)) { try sort(numbers(2), failing) }
        #expect(calls.withLock { $0 } == 10)
        // The closure's error explains what the body throws because of it.
        let always = ForeignClosure(ScalarFunction()) { _ in throw Refusal(value: 1) }
        #expect(throws: Refusal(value: 1)) {
            try always.withFunctionPointer { function -> Double in
                if function(2) == 0 { throw Refusal(value: 2) }
                return 0
            }
        }
        let never = ForeignClosure(ScalarFunction()) { $0 }
        #expect(throws: Refusal(value: 3)) { try never.withFunctionPointer { _ in throw Refusal(value: 3) } }
    }

    @Test("closures nest: a comparison that itself sorts") func nesting() throws {
        let rising = rising
        let (keys, values) = (numbers(3, count: 20), numbers(4, count: 50))
        let nested = ForeignClosure(Comparison<Int32>()) { first, second in
            try rising.withFunctionPointer { pointer in
                var keys = keys
                qsort(&keys, keys.count, 4, pointer)
                guard keys == keys.sorted() else { throw Refusal(value: 4) }
                return first < second ? -1 : first > second ? 1 : 0
            }
        }
        #expect(try sort(values, nested) == values.sorted())
    }

    @Test("eight threads with one closure") func threads() throws {
        let group = DispatchGroup()
        for index in 0..<8 {
            group.enter()
            Thread.detachNewThread {
                for round in 0..<20 {
                    let values = numbers(UInt64(100 * index + round))
                    #expect((try? sort(values, rising)) == values.sorted())
                }
                group.leave()
            }
        }
        group.wait()
    }

    @Test(
        "a quadrature and an integrator in C reach the closed forms",
        .enabled(if: CLibrary.canCompile, CLibrary.skipped))
    func analysis() throws {
        let library = try CLibrary.callbacks.get()
        let simpson = try library.function(
            "simpson", as: (@convention(c) (ScalarFunction.Pointer, Double, Double, Int32) -> Double).self)
        let frequency = 3.0
        let wave = ForeignClosure(ScalarFunction()) { sin(frequency * $0) }
        let area = try wave.withFunctionPointer { simpson($0, 0, .pi / 3, 200) }
        #expect(abs(area - 2.0 / 3.0) < 1e-8)

        let integrate = try library.function(
            "runge_kutta",
            as: (@convention(c) (
                RightHandSide.Pointer, UnsafeMutablePointer<Double>?, Int32, Double, Double, Int32
            ) -> Int32).self)
        // y'' = −9 y: y = cos 3t, y' = −3 sin 3t.
        let oscillator = ForeignClosure(RightHandSide(dimension: 2)) { _, y, dydt in
            dydt[0] = y[1]
            dydt[1] = -frequency * frequency * y[0]
        }
        func error(steps: Int32) throws -> Double {
            var y = [1.0, 0.0]
            let status = try oscillator.withFunctionPointer { integrate($0, &y, 2, 0, 2, steps) }
            #expect(status == 0)
            return max(abs(y[0] - cos(6)), abs(y[1] + 3 * sin(6)))
        }
        let (coarse, fine) = (try error(steps: 100), try error(steps: 200))
        #expect(fine < 1e-6)
        // Order four.
        #expect((12...20).contains(coarse / fine))

        let failing = ForeignClosure(RightHandSide(dimension: 2)) { t, _, dydt in
            if t > 1 { throw Refusal(value: 7) }
            dydt[0] = 1
            dydt[1] = 1
        }
        var y = [0.0, 0.0]
        #expect(throws: Refusal(value: 7)) { try failing.withFunctionPointer { integrate($0, &y, 2, 0, 2, 100) } }
        #expect(abs(y[0] - 1) < 0.03)
    }

    @Test("a system that gives no executable memory is a clear error") func hardened() {
        let box = SignatureBox(ScalarFunction()) { $0 }
        #expect(
            message { _ = try ClosureEntry(box, allocate: { _, _ in nil }) }
                == "no entry point for a closure can be made: libffi has no executable memory; this system forbids memory "
                + "that libffi can make callable")
    }
}
