import GUDCore
import Testing

/// State arrays, shapes and parameter values.
@Suite struct ValueTypeTests {
    @Test("state arrays give back what was put in, by name, precision and axes") func stateArrays() {
        var state = StateArrays()
        state["mean"] = .init(axes: [2], values: .float([1, 2]))
        state["covariance"] = .init(axes: [2, 2], values: .double([1, 2, 3, 4]))
        #expect(state.floats("mean", axes: [2]) == [1, 2])
        #expect(state.floats("mean", axes: [1, 2]) == nil)
        #expect(state.doubles("mean", axes: [2]) == nil)
        #expect(state.doubles("covariance", axes: [2, 2]) == [1, 2, 3, 4])
        #expect(state.floats("none", axes: []) == nil)
    }

    @Test("scopes of state arrays nest and come apart again") func scopes() {
        let inner = StateArrays(["a.b": .init(axes: [], values: .integer([7]))])
        var outer = StateArrays(["basisx": .init(axes: [1], values: .integer([1]))])
        outer.merge(inner, under: "basis")
        #expect(outer.entries.keys.sorted() == ["basis.a.b", "basisx"])
        #expect(outer.scoped("basis").entries == inner.entries)
        #expect(outer.scoped("basis").scoped("a").entries.keys.sorted() == ["b"])
    }

    @Test("a sample's shape comes from one axis or three") func shapes() {
        #expect(SampleShape(axes: [5]) == .vector(5))
        #expect(SampleShape(axes: [4, 3, 2]) == .image(height: 4, width: 3, channels: 2))
        #expect(SampleShape(axes: [4, 3, 2])?.dimension == 24)
        #expect(SampleShape(axes: [4, 3, 2])?.description == "4×3×2")
        for axes in [[], [4, 3], [0], [4, -1, 2], [1, 2, 3, 4]] { #expect(SampleShape(axes: axes) == nil) }
    }

    @Test("values print as YAML's flow style writes them") func parameterValues() {
        let value = ParameterValue.table([
            "order": .list([.string("level"), .null]), "clip": .bool(true), "softness": .number(.infinity),
            "steps": .integer(20), "rate": .number(0.5),
        ])
        #expect("\(value)" == "{clip: true, order: [level, null], rate: 0.5, softness: .inf, steps: 20}")
    }
}
