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
            message(conditioner, ConditionRequest(observed: ([0, 0], [true, true])), in: space)
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
        let request = ConditionRequest(observed: ([1, .nan, .infinity, 2], [true, false, false, true]))
        let given = try #require(try GivenConditioner().condition(request, in: pixels(4)).given)
        #expect(given.mask == [true, false, false, true])
        // (x − μ)/s with μ = 0, 0.3 and s = 1, 4.
        #expect(given.values[0] == 1)
        #expect((given.values[3] - 1.7 / 4).magnitude < 1e-6)
    }

    @Test("in a Haar basis the wavelets inside the mask are given, exactly") func haarGiven() throws {
        let space = try space(HaarBasis(shape: .image(height: 4, width: 4, channels: 1), levels: 1))
        // The left half: every wavelet of its four 2×2 blocks, half of all components.
        let mask = (0..<16).map { $0 % 4 < 2 }
        let picture = (0..<16).map { Float($0) * 0.3 - 1 }
        let other = (0..<16).map { mask[$0] ? picture[$0] : .nan }
        let whole = try space.components(of: picture)
        let given = try #require(
            try GivenConditioner().condition(ConditionRequest(observed: (other, mask)), in: space).given)
        #expect(given.mask.count { $0 } == 8)
        for index in 0..<16 where given.mask[index] {
            #expect((given.values[index] - whole[index]).magnitude < 1e-5, "component \(index)")
        }
    }

    @Test("all observed: every component of any basis is given") func everything() throws {
        let space = try space(FourierBasis(shape: .vector(6)))
        let values = (0..<6).map { Float($0 * $0) }
        let request = ConditionRequest(observed: (values, [Bool](repeating: true, count: 6)))
        let given = try #require(try GivenConditioner().condition(request, in: space).given)
        #expect(given.mask == [Bool](repeating: true, count: 6))
        #expect(given.values == (try space.components(of: values)))
    }

    @Test("given refuses what determines nothing, and what has another size") func refusals() throws {
        let (conditioner, pixels) = (GivenConditioner(), try pixels(4))
        let mask = [true, true, false, false]
        #expect(
            message(
                conditioner, ConditionRequest(observed: ([1, 2, 0, 0], mask)),
                in: try space(FourierBasis(shape: .vector(4))))
                == "the 2 given scalars determine no component of this basis, whose vectors reach beyond them; use a basis of "
                + "local vectors, such as 'pixel' or 'haar'")
        #expect(
            message(conditioner, ConditionRequest(observed: ([1, 2, 0, 0], [true])), in: pixels)
                == "the mask holds 1 values where 4 are expected")
        #expect(
            message(conditioner, ConditionRequest(observed: ([1, 2], mask)), in: pixels)
                == "the list of observed values holds 2 values where 4 are expected")
        #expect(
            message(conditioner, ConditionRequest(observed: ([1, .nan, 0, 0], mask)), in: pixels)
                == "observed value 1 is nan; only finite values can be given")
        #expect(
            message(conditioner, ConditionRequest(classIndex: 1), in: pixels)
                == "class 1 was asked for, but the conditioner is 'given', which knows no classes")
        #expect(try conditioner.condition(ConditionRequest(), in: pixels).given == nil)
    }
}
