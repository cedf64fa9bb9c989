import GUDBases
import GUDCore
import Testing

/// Components selected by what they stand for.
@Suite("Selections of components")
struct ComponentSelectionTests {
    private let haar: any Basis
    private let pixels = PixelBasis(shape: .image(height: 2, width: 3, channels: 1))

    init() throws {
        var registry = Registry()
        try BuiltInBases.register(in: &registry)
        let factory = try registry.factory(.basis, named: "haar")
        haar = try factory.make(
            try factory.descriptor.schema.resolve(["levels": .integer(2)], at: "basis"),
            BasisContext(shape: .image(height: 4, width: 4, channels: 1), fitting: nil, registry: registry))
    }

    private func mask(_ text: String, _ basis: any Basis) throws -> [Bool] { try ComponentSelection(text).mask(in: basis) }

    @Test("By level, row, column and number, with lists and ranges")
    func masks() throws {
        let levels = try #require(haar.labels(.level))
        #expect(try mask("level:0,1", haar) == levels.map { $0 <= 1 })
        #expect(try mask("level:0,1", haar).count { $0 } == 4)
        #expect(try mask("level:0-2", haar).allSatisfy { $0 })
        #expect(try mask("row:1", pixels) == [false, false, false, true, true, true])
        #expect(try mask("column:0,2", pixels) == [true, false, true, true, false, true])
        #expect(try mask("component:1-2,5", pixels) == [false, true, true, false, false, true])
        let frequencies = FourierBasis(shape: .image(height: 4, width: 4, channels: 1))
        let labels = try #require(frequencies.labels(.frequency))
        #expect(try mask("frequency:0-1.414", frequencies) == labels.map { $0 < 1.42 })
    }

    @Test("Weights add up to one list, the last selection first in right")
    func weights() throws {
        let selections = try ["row:0=0.5", "column:1"].map { text throws(ComponentSelectionError) in try ComponentSelection(text) }
        #expect(try ComponentSelection.weights(selections, in: pixels) == [0.5, 1, 0.5, 0, 1, 0])
    }

    @Test("Mistakes name the text, and what there is")
    func mistakes() throws {
        for text in ["", "level", "level:", "level:a", "level:1-", "level:3-1", "level:0=x", "level:0,,1", "level:nan"] {
            #expect(throws: ComponentSelectionError.text(text)) { try ComponentSelection(text) }
        }
        #expect(throws: ComponentSelectionError.order("levl", in: "levl:0", suggestion: "level")) {
            try ComponentSelection("levl:0")
        }
        func message(_ text: String, _ basis: any Basis) -> String {
            do {
                _ = try mask(text, basis)
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(
            message("level:0", pixels)
                == "'level:0': the basis has no labels of that order; it has row, column, component")
        #expect(
            message("level:0,7", haar) == "'level:0,7' names what the basis does not have; its labels are 0, 1, 2")
        #expect(
            message("component:4-20,99", haar)
                == "'component:4-20,99' names what the basis does not have; its labels are 16 from 0 to 15")
    }
}
