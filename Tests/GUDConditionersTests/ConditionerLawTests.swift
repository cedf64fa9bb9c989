import ConformanceCheckers
import GUDBases
import GUDConditioners
import GUDCore
import Synchronization
import Testing

/// The laws of conditioners hold for the built-in ones, and each of them notices who breaks it.
@Suite struct ConditionerLawTests {
    private static func space() throws -> ComponentSpace {
        try ComponentSpace(
            basis: PixelBasis(shape: .vector(6)), mean: (0..<6).map { 0.1 * Float($0) },
            scale: (0..<6).map { 1 + Float($0) }, variances: [Double](repeating: 1, count: 6))
    }

    private static let laws = [
        "a request that asks for nothing is met", "classes are met alike, with embeddings of the stated width",
        "the same request gives the same bits", "nothing is given where nothing is observed",
        "values outside the mask reach no given component", "masks, values and classes that cannot be are errors",
    ]

    @Test("the built-in conditioners obey all laws") func builtIn() throws {
        let space = try Self.space()
        let haar = try ComponentSpace(
            basis: HaarBasis(shape: .image(height: 4, width: 4, channels: 1), levels: 1),
            mean: [Float](repeating: 0.5, count: 16), scale: [Float](repeating: 2, count: 16),
            variances: [Double](repeating: 1, count: 16))
        let subjects: [(any Conditioner, ComponentSpace, Int)] = [
            (NoConditioner(), space, 0), (NoConditioner(), space, 5), (GivenConditioner(), space, 0),
            (GivenConditioner(), haar, 3), (try ClassConditioner(classCount: 1), space, 1),
            (try ClassConditioner(classCount: 10), haar, 10),
        ]
        for (conditioner, space, classes) in subjects {
            for seed in [1, 77] as [UInt64] {
                let findings = ConditionerLaws(conditioner, in: space, classCount: classes, seed: seed).findings()
                #expect(findings.map(\.law) == Self.laws)
                for finding in findings {
                    #expect(finding.passed, "\(type(of: conditioner)), seed \(seed): \(finding)")
                }
            }
        }
    }

    /// A conditioner that is put together from closures, to break one law at a time.
    private struct Faulty: Conditioner {
        var embeddingWidth = 2
        /// What it makes of a request.
        var answer: @Sendable (ConditionRequest, ComponentSpace) throws(ConditionerError) -> Condition

        func condition(_ request: ConditionRequest, in space: ComponentSpace) throws(ConditionerError) -> Condition {
            try answer(request, space)
        }

        /// What a conditioner of two classes that also takes observations should do.
        static func faithful(_ request: ConditionRequest, _ space: ComponentSpace) throws(ConditionerError) -> Condition
        {
            var condition = Condition(guidance: request.guidance)
            if let index = request.classIndex {
                guard (0..<2).contains(index) else { throw .classOutOfRange(index, count: 2) }
                condition.embedding = index == 0 ? [1, 0] : [0, 1]
            }
            if request.observed != nil { condition.given = try GivenOrNothing.given(request, space) }
            return condition
        }
    }

    /// The built-in `given`, which gives nothing where nothing is observed.
    private enum GivenOrNothing {
        static func given(
            _ request: ConditionRequest, _ space: ComponentSpace
        ) throws(ConditionerError) -> GivenComponents? {
            if let observed = request.observed?.plain, !observed.mask.contains(true) { return nil }
            return try GivenConditioner().condition(ConditionRequest(observed: request.observed), in: space).given
        }
    }

    /// The laws that fail, with what was found.
    private func failures(_ conditioner: any Conditioner) throws -> [String: String] {
        let findings = ConditionerLaws(conditioner, in: try Self.space(), classCount: 2).findings()
        return Dictionary(uniqueKeysWithValues: findings.filter { !$0.passed }.map { ($0.law, $0.detail) })
    }

    @Test("a faithful one made for the test breaks none") func faithful() throws {
        #expect(try failures(Faulty(answer: Faulty.faithful)) == [:])
    }

    @Test("one that refuses a request for nothing") func refusesNothing() throws {
        let faulty = Faulty { request, space throws(ConditionerError) in
            guard request.classIndex != nil || request.observed != nil else { throw .unsupported("name a class") }
            return try Faulty.faithful(request, space)
        }
        #expect(try failures(faulty) == [Self.laws[0]: "it is refused: name a class"])
    }

    @Test("one that gives components to a request for nothing") func givesToNothing() throws {
        let faulty = Faulty { request, space throws(ConditionerError) in
            var condition = try Faulty.faithful(request, space)
            if request.classIndex == nil, request.observed == nil {
                condition.given = GivenComponents(mask: [Bool](repeating: true, count: 6), values: [0, 0, 0, 0, 0, 0])
            }
            return condition
        }
        #expect(try failures(faulty) == [Self.laws[0]: "the empty request gives components"])
    }

    @Test("one whose embedding has another width, or is not a number") func embedding() throws {
        let wide = Faulty { request, space throws(ConditionerError) in
            var condition = try Faulty.faithful(request, space)
            if request.classIndex == 1 { condition.embedding = [1, 2, 3] }
            return condition
        }
        #expect(try failures(wide) == [Self.laws[1]: "class 1 has an embedding of 3, not 2"])
        let spoilt = Faulty { request, space throws(ConditionerError) in
            var condition = try Faulty.faithful(request, space)
            if request.classIndex == 0 { condition.embedding = [.nan, 0] }
            return condition
        }
        #expect(try failures(spoilt) == [Self.laws[1]: "class 0 has an embedding that is not finite"])
    }

    @Test("one that knows some classes only, or fails on one") func classes() throws {
        let picky = Faulty { request, space throws(ConditionerError) in
            if request.classIndex == 1 { throw .unsupported("not this one") }
            return try Faulty.faithful(request, space)
        }
        #expect(try failures(picky) == [Self.laws[1]: "1 classes are met, 1 refused"])
        let failing = Faulty { request, space throws(ConditionerError) in
            if request.classIndex != nil { throw .failed(reason: "out of order") }
            return try Faulty.faithful(request, space)
        }
        #expect(
            try failures(failing) == [Self.laws[1]: "class 0 fails: the conditioner failed: out of order"])
    }

    @Test("one that never gives the same twice") func determinism() throws {
        final class Counter: Sendable {
            let count = Atomic(0)
        }
        let counter = Counter()
        let faulty = Faulty { request, space throws(ConditionerError) in
            var condition = try Faulty.faithful(request, space)
            let call = counter.count.wrappingAdd(1, ordering: .relaxed).newValue
            if request.classIndex == 0 { condition.embedding = [Float(call), 0] }
            return condition
        }
        #expect(try failures(faulty) == [Self.laws[2]: "class 0 gives two conditions, seed 1"])
    }

    @Test("one that knows more than it was told") func nothingFromNothing() throws {
        let faulty = Faulty { request, space throws(ConditionerError) in
            guard let observed = request.observed?.plain, !observed.mask.contains(true), observed.values.count == 6,
                observed.mask.count == 6
            else { return try Faulty.faithful(request, space) }
            return Condition(
                given: GivenComponents(mask: [true, true, false, false, false, false], values: [0, 0, 0, 0, 0, 0]))
        }
        #expect(try failures(faulty) == [Self.laws[3]: "2 components are given though nothing is observed"])
    }

    @Test("one that looks at what is not observed") func unknownValues() throws {
        let faulty = Faulty { request, space throws(ConditionerError) in
            var condition = try Faulty.faithful(request, space)
            if let given = condition.given, let observed = request.observed?.plain {
                let sum = observed.values.reduce(0, +)
                condition.given = GivenComponents(mask: given.mask, values: given.values.map { $0 + sum })
            }
            return condition
        }
        #expect(
            try failures(faulty) == [Self.laws[4]: "another value outside the mask changes what is given, seed 1"])
    }

    @Test("one that takes whatever it is given") func refusals() throws {
        let faulty = Faulty { request, space throws(ConditionerError) in
            if let observed = request.observed?.plain, observed.values.count != 6 || observed.mask.count != 6 {
                return Condition()
            }
            if let index = request.classIndex, !(0..<2).contains(index) { return Condition(embedding: [0, 0]) }
            return try Faulty.faithful(request, space)
        }
        let law = ConditionerLaws(faulty, in: try Self.space(), classCount: 2).findings()[5]
        #expect(!law.passed && law.measured == 4 && law.detail == "class 2 of 2 is accepted")
        #expect(try failures(faulty).count == 1)
    }
}
