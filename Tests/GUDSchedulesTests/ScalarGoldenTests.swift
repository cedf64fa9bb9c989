import GUDCore
import GUDSchedules
import TestSupport
import Testing

/// The scalar schedules against the golden vectors, all nine cases.
@Suite(.enabled(if: SharedData.isAvailable, "set GUD_SHARED")) struct ScalarGoldenTests {
    @Test("linear, vp and cosine agree with the golden vectors to 1e-11") func golden() throws {
        let cases = try Golden("schedules_scalar").cases
        #expect(cases.count == 9)
        for (number, example) in cases.enumerated() {
            let inputs = example["inputs"]
            let times = inputs["t"].data
            let expected = example["exact"].exists ? example["exact"] : example["reference"]
            let name = "\(example["fn"].string ?? "?") \(number)"
            func check(_ schedule: any NoiseSchedule, at chosen: (Double) -> Bool = { _ in true }) throws {
                // One time each, so that a case may leave out its singular end.
                for (i, time) in times.enumerated() where chosen(time) {
                    let state = try schedule.state(at: time)
                    let values = [state.gamma[0], state.alpha[0], state.sigma[0], state.beta(0)]
                    let reference = ["gamma", "alpha", "sigma", "beta"].map { expected[$0].data[i] }
                    // On the bound of a clip β is a convention.
                    let isTie = schedule is SoftSchedule && [-5.75, 2.5, -7, 3].contains(state.gamma[0])
                    expectClose(values, reference, within: 1e-11, "\(name), t = \(time)") { $0 == 3 && isTie }
                }
            }
            switch example["fn"].string {
            case "linear_schedule":
                let (low, high) = (inputs["gamma_min"].number ?? .nan, inputs["gamma_max"].number ?? .nan)
                let cap = inputs["gamma_cap"].exists ? inputs["gamma_cap"].elements.compactMap(\.number) : [low, high]
                if inputs["gamma_cap"].exists || inputs["clip"].bool == true {
                    try check(
                        SoftSchedule(
                            labels: [0], variances: [1], gammaDenoise: low, gammaNoise: high, steepness: 0,
                            clip: cap[0]...cap[1]))
                } else {
                    try check(LinearSchedule(componentCount: 1, gammaMin: low, gammaMax: high))
                }
            case "vp_schedule":
                // γ(0) = −∞ is bounded by definition of ours.
                let schedule = try VPSchedule(
                    componentCount: 1, betaMin: inputs["beta_min"].number ?? .nan,
                    betaMax: inputs["beta_max"].number ?? .nan)
                try check(schedule) { $0 > 0 }
                #expect(try schedule.gamma(at: 0) == [-13.3])
                #expect(try schedule.gammaRate(at: 0) == [0])
            case "cosine_schedule":
                let schedule = try CosineSchedule(componentCount: 1, offset: inputs["s"].number ?? .nan)
                try check(schedule) { $0 < 1 }
                #expect(try schedule.gamma(at: 1) == [13.3])
                #expect(try schedule.gammaRate(at: 1) == [0])
            default: Issue.record("unknown case \(name)")
            }
        }
    }
}
