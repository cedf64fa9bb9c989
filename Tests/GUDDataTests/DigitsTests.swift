import Foundation
import GUDCore
import Testing

@testable import GUDData

@Suite("Digits")
struct DigitsTests {
    @Test("The first 1,500 train and the last 297 test, scaled by x / 8 − 1")
    func firstSplit() throws {
        let digits = try dataset("digits")
        #expect(digits.shape == .image(height: 8, width: 8, channels: 1))
        #expect(digits.levels == 17 && digits.classCount == 10)
        #expect(digits.training.count == 1500 && digits.test.count == 297)
        // The first row of the first image and the first labels, from the published file.
        #expect(digits.training[0].prefix(8).elementsEqual([0, 0, 5, 13, 9, 1, 0, 0].map { $0 / 8 - 1 }))
        #expect(digits.training.labels?.prefix(12) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
        #expect(digits.test.labels?.prefix(5) == [1, 7, 4, 6, 3])
        // The mean of all pixels is 4.884164579855314 (numpy).
        let all = (digits.training.values + digits.test.values).map { ($0 + 1) * 8 }
        #expect(abs(mean(all) - 4.884164579855314) < 1e-6)
    }

    @Test("The values are exactly the 17 levels")
    func levels() throws {
        let digits = try Digits.load()
        #expect(Set(digits.training.values).sorted() == (0...16).map { Float($0) / 8 - 1 })
    }

    @Test("The random split holds the same images, once each, and depends on its seed alone")
    func randomSplit() throws {
        let first = try dataset("digits")
        let random = try dataset("digits", ["split": .string("random"), "splitSeed": .integer(1)], seed: 1)
        let again = try dataset("digits", ["split": .string("random"), "splitSeed": .integer(1)], seed: 2)
        let other = try dataset("digits", ["split": .string("random"), "splitSeed": .integer(2)])
        func rows(_ dataset: Dataset) -> [[Float]] {
            [dataset.training, dataset.test].flatMap { part in (0..<part.count).map { Array(part[$0]) } }
                .sorted { $0.lexicographicallyPrecedes($1) }
        }
        #expect(random.training.count == 1500 && random.test.count == 297)
        #expect(rows(random) == rows(first))
        #expect(random.test == again.test)
        #expect(random.test != other.test && random.test != first.test)
    }

    @Test("An unknown split is refused with the list")
    func unknownSplit() throws {
        let text = try message { try dataset("digits", ["split": .string("last")]) }
        #expect(text == "data.split: 'last' is not one of first, random")
    }

    @Test("A program without its resources says where it looked and what to do")
    func missingResource() throws {
        let folder = ResourceFolder(ofTarget: "GUDData", in: ["/nowhere", "/share/gud"])
        let text = try message { try folder.path(of: "digits/images.npy") }
        #expect(
            text
                == "GUD's own file 'digits/images.npy' is missing; looked in '/nowhere', '/share/gud'; keep the folder "
                + "'gud_GUDData.resources' beside the program")
    }

    @Test("Resources are found in the first place that has them")
    func resourceInSecondPlace() throws {
        let scratch = try Scratch()
        let file = try scratch.write([1], to: "gud_GUDData.resources/a.npy")
        let folder = ResourceFolder(ofTarget: "GUDData", in: ["/nowhere", scratch.path])
        #expect(try folder.path(of: "a.npy") == file)
    }
}
