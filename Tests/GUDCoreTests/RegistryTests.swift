import GUDCore
import Testing

/// Names: what is there, what is taken, and what was meant.
@Suite struct RegistryTests {
    private func factory(_ name: String) -> ConditionerFactory {
        ConditionerFactory(Descriptor(name: name, summary: "A test.")) { _, _ in
            throw ConditionerError.unsupported("never made")
        }
    }

    @Test("a taken name names both providers, and nothing is replaced") func nameTaken() throws {
        var registry = Registry()
        let acme = Provider(id: "org.acme.haar", version: "1.2.0", hash: "ab")
        try registry.register(factory("haar"), as: .conditioner)
        let error = #expect(throws: RegistryError.self) {
            try registry.register(factory("haar"), as: .conditioner, provider: acme)
        }
        #expect(
            error?.description
                == "conditioner 'haar' of org.acme.haar 1.2.0 cannot be registered: the name is taken by built-in; "
                + "rename one of them")
        #expect(try registry.entry("conditioner", named: "haar").provider == .builtIn)
    }

    @Test("an unknown name suggests the nearest and lists the known") func unknownName() throws {
        var registry = Registry()
        try registry.register(factory("haar"), as: .conditioner)
        try registry.register(factory("fourier"), as: .conditioner)
        let near = #expect(throws: RegistryError.self) { try registry.factory(.conditioner, named: "harr") }
        #expect(near?.description == "there is no conditioner named 'harr'; did you mean 'haar'? known: fourier, haar")
        let far = #expect(throws: RegistryError.self) { try registry.factory(.conditioner, named: "wxyz") }
        #expect(far?.description == "there is no conditioner named 'wxyz'; known: fourier, haar")
        let kind = #expect(throws: RegistryError.self) { try registry.factory(.basis, named: "haar") }
        #expect(kind?.description == "there is no basis named 'haar'; none is registered")
    }

    @Test("names and kinds are listed in alphabetical order") func listing() throws {
        var registry = Registry()
        for name in ["b", "c", "a"] { try registry.register(factory(name), as: .conditioner) }
        #expect(registry.names(of: "conditioner") == ["a", "b", "c"])
        #expect(registry.entries(of: "conditioner").map(\.descriptor.name) == ["a", "b", "c"])
        #expect(registry.kinds == ["conditioner"])
        #expect(registry.names(of: "basis").isEmpty)
    }

    @Test(
        "the nearest name forgives typos, transpositions, case and abbreviations, but not other words",
        arguments: [
            ("sotf", "soft"), ("Cosine", "cosine"), ("lin", "linear"), ("vp2", "vp"), ("frequenzy", "frequency"),
            ("zzz", nil), ("", nil),
        ] as [(String, String?)])
    func nearestName(_ typed: String, _ meant: String?) {
        #expect(nearest(to: typed, among: ["linear", "vp", "cosine", "soft", "frequency"]) == meant)
    }
}
