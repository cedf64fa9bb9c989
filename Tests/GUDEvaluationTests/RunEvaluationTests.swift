import Foundation
import GUDEvaluation
import Testing

/// The record of an evaluation, and its text.
struct RunEvaluationTests {
    private static let record = RunEvaluation(
        run: "digits", step: 4000, configuration: "seed: 0\n",
        recipe: .init(
            data: "digits", shape: [8, 8, 1], levels: 17, reference: "held-out part of digits", referenceCount: 297,
            seed: 1,
            extractors: [
                .init(name: "pixels", hash: nil, featureCount: 64, summary: "scalars"),
                .init(
                    name: "digits", hash: String(repeating: "ab", count: 32), featureCount: 32, summary: "classifier"),
            ], measures: QualityRecipe(projections: 256, projectionSeed: 2, subsetSeed: 3)),
        entries: [
            .init(
                role: .model, name: "ddim, 5 steps", count: 300,
                sampling: .init(
                    sampler: "ddim", parameters: ["steps": "5"], steps: 5, evaluationsPerSample: 6, seconds: 1.25),
                scores: [
                    .init(
                        extractor: "pixels",
                        measures: [
                            .init(name: .frechet, value: 1.5, standardError: 0.25),
                            .init(name: .kernelDistance, value: 0.01, standardError: nil),
                            .init(name: .nearestNeighbourAccuracy, value: 0.75, standardError: 0.02),
                        ])
                ],
                memorisation: .init(
                    areaUnderCurve: 0.5, areaError: 0.02, medianRatio: nil, fractionBelowQuantile: 0.05,
                    copiedFraction: 0, nearest: [])),
            .init(role: .floor, name: "training images", count: 297),
        ],
        likelihood: .init(
            method: "elbo", count: 297, bitsPerDimension: 2.5, standardError: 0.02, evaluationsPerSample: 64,
            seconds: 3, recipe: ["seed": "1"], order: nil, parts: []),
        parameterCount: 10, trainingSeconds: 60, warnings: ["few samples"])

    @Test("A record survives JSON, and equal records are equal bytes")
    func json() throws {
        let bytes = try Self.record.json()
        let read = try JSONDecoder().decode(RunEvaluation.self, from: bytes)
        #expect(read == Self.record)
        #expect(try read.json() == bytes)
    }

    @Test("Entries, measures and the floor are found by name")
    func lookUp() {
        #expect(Self.record.modelEntries.map(\.name) == ["ddim, 5 steps"])
        #expect(Self.record.floor?.count == 297)
        #expect(Self.record.modelEntries[0].measure(.frechet, on: "pixels")?.value == 1.5)
        #expect(Self.record.modelEntries[0].measure(.frechet, on: "digits") == nil)
    }

    @Test("The text has a table for each extractor with its hash, and the recipe beside it")
    func text() {
        #expect(
            EvaluationText(Self.record).description == """
                on pixels (64 features), against 297 held-out samples of digits

                samples                  count  evaluations  seconds          Fréchet  KID × 1000  sliced W2  1-NN accuracy
                ddim, 5 steps              300          6.0      1.2  1.5000 ± 0.2500     10.0000             0.750 ± 0.020
                training images (floor)    297

                on digits (32 features, sha256 abababababab), against 297 held-out samples of digits

                samples                  count  evaluations  seconds  Fréchet  KID × 1000  sliced W2  1-NN accuracy
                ddim, 5 steps              300          6.0      1.2
                training images (floor)    297

                pixels: scalars
                digits: classifier
                seed 1; samples rounded to 17 levels; smaller is better, and a 1-NN accuracy of 0.5 means indistinguishable
                sliced W2: 256 directions, seed 2; subsets: seed 3
                ±: leaving out one tenth of both sides at a time, of 1-NN binomial; rows share the reference, so that their
                differences are known better

                likelihood: 2.5000 ± 0.0200 bits/dim by elbo, of 297 held-out samples, 64 evaluations each
                  seed: 1

                nearest training image  P(nearer than held-out)  median ratio  below 5 %  copies
                ddim, 5 steps                     0.500 ± 0.020                    0.050   0.000
                new images have 0.5, 1, 0.05 and 0; copied ones more, less, more, more

                warning: few samples
                """)
    }
}
