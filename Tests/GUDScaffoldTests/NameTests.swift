import GUDCore
import Testing

@testable import GUDScaffold

@Suite("Names of new plugins")
struct NameTests {
    @Test(
        "Identifiers end in the kind, so that no name is a reserved word",
        arguments: [
            ("rotation", PluginKind.basis, "rotation_basis", "RotationBasis"),
            ("daubechies-4", .basis, "daubechies_4_basis", "Daubechies4Basis"),
            ("my-basis", .basis, "my_basis", "MyBasis"), ("basis", .basis, "basis_basis", "BasisBasis"),
            ("basis", .schedule, "basis_schedule", "BasisSchedule"),
            ("int", .denoiser, "int_denoiser", "IntDenoiser"), ("fn", .conditioner, "fn_conditioner", "FnConditioner"),
            ("class", .conditioner, "class_conditioner", "ClassConditioner"),
            ("dpm++2m", .denoiser, "dpm_plus_plus_2m_denoiser", "DpmPlusPlus2mDenoiser"),
            ("a.b--c-", .basis, "a_b_c_basis", "ABCBasis"), ("x+", .basis, "x_plus_basis", "XPlusBasis"),
            // These would conform to themselves.
            ("noise", .schedule, "noise_schedule", "CustomNoiseSchedule"),
            ("fitted", .basis, "fitted_basis", "CustomFittedBasis"),
            ("training", .conditioner, "training_conditioner", "CustomTrainingConditioner"),
            ("differentiable", .denoiser, "differentiable_denoiser", "CustomDifferentiableDenoiser"),
        ])
    func identifiers(text: String, kind: PluginKind, snake: String, camel: String) throws {
        let name = try PluginName(text, kind: kind)
        #expect(name.text == text && name.snake == snake && name.camel == camel && name.module == camel + "Plugin")
    }

    @Test(
        "What cannot be a name is refused with one that can",
        arguments: [
            ("MyBasis", "; try 'my-basis'"), ("my_basis", "; try 'my-basis'"), ("4taps", "; try 'taps'"),
            ("a b", "; try 'a-b'"), ("-x", "; try 'x'"), ("../up", "; try 'up'"), ("naïve", "; try 'na-ve'"),
            ("", ""), ("+", ""), ("日本", ""),
        ])
    func refused(text: String, remedy: String) {
        let refusal = refusal { try PluginName(text, kind: .basis) }
        #expect(
            refusal?.text == "'\(text)' cannot be a component's name; wanted: a letter from a to z, then at most 63 of "
                + "a-z, 0-9, -, + and ." + remedy)
        #expect(refusal?.blame == .request)
    }

    @Test("Sixty-four letters are a name, sixty-five are not")
    func length() throws {
        #expect(try PluginName(String(repeating: "a", count: 64), kind: .basis).text.count == 64)
        #expect(refusal { try PluginName(String(repeating: "a", count: 65), kind: .basis) } != nil)
    }

    @Test("GUD's own name is taken")
    func reserved() {
        #expect(
            refusal { try PluginName("gud", kind: .basis) }?.text == "the name 'gud' is GUD's own; choose another")
    }
}
