import Foundation
import GUDBases
import GUDConditioners
import GUDCore
import Testing

/// What requests become, and what their authors read where they cannot be met.
@Suite struct ConditionerTests {
    private func space(_ basis: any Basis) throws -> ComponentSpace {
        try ComponentSpace(
            basis: basis, mean: (0..<basis.dimension).map { 0.1 * Float($0) },
            scale: (0..<basis.componentCount).map { 1 + Float($0) },
            variances: [Double](repeating: 1, count: basis.componentCount))
    }

    private func pixels(_ count: Int) throws -> ComponentSpace { try space(PixelBasis(shape: .vector(count))) }

    private func message(
        _ conditioner: any Conditioner, _ request: ConditionRequest, in space: ComponentSpace
    ) -> String {
        do throws(ConditionerError) {
            _ = try conditioner.condition(request, in: space)
            return "accepted"
        } catch {
            return error.description
        }
    }

    @Test("all three are registered, and made from their parameters") func registered() throws {
        var registry = Registry()
        try BuiltInConditioners.register(in: &registry)
        #expect(registry.names(of: "conditioner") == ["class", "given", "none"])
        func make(_ name: String, _ given: [String: ParameterValue], classes: Int) throws -> any Conditioner {
            let factory = try registry.factory(.conditioner, named: name)
            return try factory.make(try factory.descriptor.schema.resolve(given, at: "conditioner"), classes)
        }
        #expect(try make("none", [:], classes: 0).embeddingWidth == 0)
        #expect(try make("given", [:], classes: 10).embeddingWidth == 0)
        let classes = try #require(try make("class", [:], classes: 10) as? ClassConditioner)
        #expect(classes.embeddingWidth == 10)
        #expect(classes.dropProbability == 0.1)
        #expect(throws: ParameterError.range("conditioner.dropProbability", .number(1.5), 0...1)) {
            try make("class", ["dropProbability": .number(1.5)], classes: 10)
        }
        let error = #expect(throws: ConditionerError.self) { try make("class", [:], classes: 0) }
        #expect(error?.description == "conditioner 'class' needs labelled data, and these have no labels; use 'none'")
    }

    @Test("none constrains nothing, and refuses what it cannot do") func none() throws {
        let (conditioner, space) = (NoConditioner(), try pixels(2))
        let condition = try conditioner.condition(ConditionRequest(), in: space)
        #expect(condition.embedding == nil && condition.given == nil)
        #expect(
            message(conditioner, ConditionRequest(classIndex: 3), in: space)
                == "class 3 was asked for, but the model is unconditional; train it with 'conditioner: class'")
        #expect(
            message(conditioner, ConditionRequest(observed: Observation([0, 0], mask: [true, true])), in: space)
                == "observed values were given, but the conditioner is 'none'; add --set conditioner=given")
    }

    @Test("a class becomes a unit vector, with its guidance; no class becomes zeros") func classes() throws {
        let (conditioner, space) = (try ClassConditioner(classCount: 3), try pixels(2))
        for index in 0..<3 {
            let condition = try conditioner.condition(ConditionRequest(classIndex: index, guidance: 2.5), in: space)
            #expect(condition.embedding == (0..<3).map { $0 == index ? 1 : 0 })
            #expect(condition.guidance == 2.5)
        }
        let free = try conditioner.condition(ConditionRequest(guidance: 4), in: space)
        #expect(free.embedding == [0, 0, 0] && free.guidance == 1)
        for index in [-1, 3] {
            #expect(
                message(conditioner, ConditionRequest(classIndex: index), in: space)
                    == "class \(index) does not exist; the model knows 0 to 2")
        }
    }

    @Test("observed pixels are given components; what is not observed may hold anything") func pixelsGiven() throws {
        let request = ConditionRequest(
            observed: Observation([1, .nan, .infinity, 2], mask: [true, false, false, true]))
        let given = try #require(try GivenConditioner().condition(request, in: pixels(4)).given)
        #expect(given.mask == [true, false, false, true])
        // (x − μ)/s with μ = 0, 0.3 and s = 1, 4.
        #expect(given.values[0] == 1)
        #expect((given.values[3] - 1.7 / 4).magnitude < 1e-6)
    }

    @Test("in a Haar basis the wavelets inside the mask are given, and tell everything") func haarGiven() throws {
        let space = try space(HaarBasis(shape: .image(height: 4, width: 4, channels: 1), levels: 1))
        // The left half: every wavelet of its four 2×2 blocks, half of all components.
        let mask = (0..<16).map { $0 % 4 < 2 }
        let picture = (0..<16).map { Float($0) * 0.3 - 1 }
        let other = (0..<16).map { mask[$0] ? picture[$0] : .nan }
        let whole = try space.components(of: picture)
        let condition = try GivenConditioner().condition(
            ConditionRequest(observed: Observation(other, mask: mask)), in: space)
        let given = try #require(condition.given)
        #expect(given.mask.count { $0 } == 8)
        #expect(condition.observed?.all.count == 8 && condition.observed?.remainder == nil)
        for index in 0..<16 where given.mask[index] {
            #expect((given.values[index] - whole[index]).magnitude < 1e-5, "component \(index)")
        }
    }

    @Test("a coarser Haar basis: what the wavelets inside do not tell is left as a remainder") func haarRemainder()
        throws
    {
        let space = try space(HaarBasis(shape: .image(height: 4, width: 4, channels: 1), levels: 2))
        let mask = (0..<16).map { $0 % 4 < 2 }
        let picture = (0..<16).map { Float(($0 * 7) % 5) - 2 }
        let condition = try GivenConditioner().condition(
            ConditionRequest(observed: Observation(picture, mask: mask)), in: space)
        // Two blocks have three wavelets each; their two averages are shared with the right half.
        #expect(condition.given?.mask.count { $0 } == 6)
        let observed = try #require(condition.observed)
        let rest = try #require(observed.remainder)
        #expect(observed.all.count == 8 && rest.count == 2)
        // Both hold for the picture itself: H z = y.
        let z = try space.components(of: picture).map(Double.init)
        for part in [observed.all, rest] {
            for line in 0..<part.count {
                let sum = (0..<16).reduce(0.0) { $0 + part.weights[line * 16 + $1] * z[$1] }
                #expect(abs(sum - part.values[line]) < 1e-5)
            }
        }
    }

    @Test("any sums can be observed, with noise, a row for each sample") func weights() throws {
        let space = try space(FourierBasis(shape: .vector(6)))
        let samples: [Float] = [0, 5, 3, 1, 6, 4, 2, 0, 5, 3, 1, 6]
        let weights: [Float] = [1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]
        let values: [Float] = [5, 8, 2, 5]
        let condition = try GivenConditioner().condition(
            ConditionRequest(observed: Observation(values, weights: weights, deviation: 0.5)), in: space)
        let all = try #require(condition.observed).all
        #expect(condition.given == nil && all.count == 2 && all.rowCount == 2 && !all.isExact)
        for row in 0..<2 {
            // Samples take rows in turn.
            #expect(Array(all.values(of: row + 4)) == Array(all.values[2 * row..<2 * row + 2]))
            let z = try space.components(of: Array(samples[6 * row..<6 * row + 6])).map(Double.init)
            for line in 0..<2 {
                let sum = (0..<6).reduce(0.0) { $0 + all.weights[line * 6 + $1] * z[$1] }
                #expect(abs(sum - all.values[row * 2 + line]) < 1e-5)
            }
        }
    }

    @Test("rows that depend on each other are told apart from those that contradict each other") func ranks() throws {
        let space = try pixels(4)
        func condition(_ values: [Float], deviation: Double = 0) throws -> Condition {
            let weights: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0]
            return try GivenConditioner().condition(
                ConditionRequest(observed: Observation(values, weights: weights, deviation: deviation)), in: space)
        }
        let given = try #require(try condition([1, 2, 3]).given)
        #expect(given.mask == [true, true, false, false])
        #expect(
            message(
                GivenConditioner(),
                ConditionRequest(
                    observed: Observation([1, 2, 4], weights: [1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0])), in: space
            )
            .hasPrefix("the observation contradicts itself"))
        #expect(try condition([1, 2, 4], deviation: 0.1).observed?.all.count == 2)
    }

    @Test("numbers of very different scales count alike, with and without noise", arguments: [0, 0.01])
    func scales(deviation: Double) throws {
        let space = try ComponentSpace(
            basis: PixelBasis(shape: .vector(4)), mean: [0, 0, 0, 0], scale: [1000, 0.5, 0.01, 0.5],
            variances: [1, 1, 1, 1])
        let weights: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0]
        func condition(_ values: [Float]) throws -> Condition {
            try GivenConditioner().condition(
                ConditionRequest(observed: Observation(values, weights: weights, deviation: deviation)), in: space)
        }
        let all = try #require(try condition([900, 0.4, 0.41]).observed).all
        try #require(all.count == 3)
        let z = [0.9, 0.8, 1.0]
        for line in 0..<3 {
            let sum = (0..<3).reduce(0.0) { $0 + all.weights[line * 4 + $1] * z[$1] }
            #expect(abs(sum - all.values[line]) < 2e-4, "line \(line)")
        }
        if deviation == 0 {
            let given = try #require(try condition([900, 0.4, 0.41]).given)
            #expect(given.mask == [true, true, true, false])
            #expect(zip(given.values, z).allSatisfy { (Double($0) - $1).magnitude < 2e-4 })
        }
    }

    @Test("what is determined leaves no remainder of rounding, and what cannot be expressed says nothing")
    func rounding() throws {
        // The mean of a picture is one Fourier component; all others are rounding along it.
        let image = SampleShape.image(height: 8, width: 8, channels: 1)
        for basis in [FourierBasis(shape: image), DCTBasis(shape: image)] as [any Basis] {
            let space = try ComponentSpace(
                basis: basis, mean: [Float](repeating: 0, count: 64), scale: [Float](repeating: 1, count: 64),
                variances: [Double](repeating: 1, count: 64))
            let condition = try GivenConditioner().condition(
                ConditionRequest(observed: Observation([0.3], weights: [Float](repeating: 1 / 64, count: 64))),
                in: space)
            #expect(condition.given?.mask.count { $0 } == 1)
            #expect(condition.observed?.all.count == 1 && condition.observed?.remainder == nil)
        }
        let blind = try GivenConditioner().condition(
            ConditionRequest(observed: Observation([0], weights: [0, 0, 0, 0])), in: pixels(4))
        #expect(blind.given == nil && blind.observed == nil)
    }

    @Test("a component that is nearly determined is not held") func nearlyDetermined() throws {
        // Axes turned by 2 milliradians: seeing the first number tells all but 4 millionths of the first component's square.
        let (c, s) = (Float(cos(0.002)), Float(sin(0.002)))
        let samples: [Float] = [c, s, -c, -s, -0.1 * s, 0.1 * c, 0.1 * s, -0.1 * c]
        let space = try space(PCABasis(fitting: samples, shape: .vector(2)))
        let condition = try GivenConditioner().condition(
            ConditionRequest(observed: Observation([0.7, 0], mask: [true, false])), in: space)
        #expect(condition.given == nil && condition.observed?.all.count == 1)
    }

    @Test("all observed: every component of any basis is given") func everything() throws {
        let space = try space(FourierBasis(shape: .vector(6)))
        let values = (0..<6).map { Float($0 * $0) }
        let request = ConditionRequest(observed: Observation(values, mask: [Bool](repeating: true, count: 6)))
        let given = try #require(try GivenConditioner().condition(request, in: space).given)
        #expect(given.mask == [Bool](repeating: true, count: 6))
        for (value, expected) in zip(given.values, try space.components(of: values)) {
            #expect((value - expected).magnitude < 1e-4)
        }
    }

    @Test("given refuses what determines nothing, and what has another size") func refusals() throws {
        let (conditioner, pixels) = (GivenConditioner(), try pixels(4))
        let mask = [true, true, false, false]
        let spread = try conditioner.condition(
            ConditionRequest(observed: Observation([1, 2, 0, 0], mask: mask)),
            in: space(FourierBasis(shape: .vector(4))))
        #expect(spread.given == nil && spread.observed?.all.count == 2)
        #expect(
            message(
                conditioner,
                ConditionRequest(observed: Observation([1, 2, 0, 0], mask: [false, false, false, false])), in: pixels)
                == "nothing is given: the mask is empty; give at least one scalar, or draw without a mask")
        #expect(
            message(conditioner, ConditionRequest(observed: Observation([1, 2, 0, 0], mask: [true])), in: pixels)
                == "the mask holds 1 values where 4 are expected")
        #expect(
            message(conditioner, ConditionRequest(observed: Observation([1, 2], mask: mask)), in: pixels)
                == "the list of observed values holds 2 values where 4 are expected")
        #expect(
            message(conditioner, ConditionRequest(observed: Observation([1, .nan, 0, 0], mask: mask)), in: pixels)
                == "observed value 1 is nan; only finite values can be given")
        #expect(
            message(conditioner, ConditionRequest(classIndex: 1), in: pixels)
                == "class 1 was asked for, but the conditioner is 'given', which knows no classes")
        #expect(try conditioner.condition(ConditionRequest(), in: pixels).given == nil)
    }
}
