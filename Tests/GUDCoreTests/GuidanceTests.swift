import GUDCore
import Testing

/// Guidance as a value: its strengths, its interval, its mistakes.
@Suite("Guidance values")
struct GuidanceTests {
    @Test("A weight of 1 is the scale, of 0 the plain conditional model, and between in proportion")
    func strengths() throws {
        #expect(try Guidance(scale: 3, weights: [1, 0, 0.5]).strengths(componentCount: 3) == [3, 1, 2])
        #expect(try Guidance(scale: 0, weights: [1, 0]).strengths(componentCount: 2) == [0, 1])
        #expect((2.5 as Guidance).strengths(componentCount: 2) == [2.5, 2.5])
        #expect((1 as Guidance).isPlain && (1.0 as Guidance) == .plain)
        #expect(!(2 as Guidance).isPlain)
        #expect(try Guidance(scale: 4, weights: [0, 0]).isPlain)
        let part = try Guidance(scale: 3, interval: GuidanceInterval(from: 0.2, to: 0.5), weights: [1])
        #expect(
            try part.scaled(to: 2)
                == Guidance(scale: 2, interval: GuidanceInterval(from: 0.2, to: 0.5), weights: [1]))
    }

    @Test("An interval begins after its low end, except at 0, and includes its high end")
    func interval() throws {
        let middle = try GuidanceInterval(from: 0.25, to: 0.75)
        #expect([0, 0.25, 0.26, 0.75, 0.76, 1].map(middle.contains) == [false, false, true, true, false, false])
        #expect([0, 0.5, 1].allSatisfy(GuidanceInterval.whole.contains))
        #expect(try GuidanceInterval(from: 0, to: 0.5).contains(0))
    }

    @Test("Mistakes name the value and the remedy")
    func mistakes() throws {
        for (low, high) in [(0.5, 0.5), (0.6, 0.2), (-0.1, 0.5), (0.5, 1.1), (.nan, 0.5), (0.2, .nan)] {
            #expect(throws: GuidanceError.self) { try GuidanceInterval(from: low, to: high) }
        }
        #expect(
            GuidanceError.interval(0.6, 0.2).description
                == "the guidance interval from 0.6 to 0.2 is empty, or not within the process; give times 0 ≤ LOW < HIGH ≤ 1, "
                + "where 1 is noise and 0 is data")
        #expect(throws: GuidanceError.notFinite(.infinity, component: nil)) { try Guidance(scale: .infinity) }
        #expect(throws: GuidanceError.notFinite(-.infinity, component: 1)) {
            try Guidance(scale: 1, weights: [0, -.infinity])
        }
        #expect(GuidanceError.weightCount(3, expected: 2).blame == .request)
    }
}
