import Foundation
import Testing

/// A change of the header that a plugin could not survive is noticed, and named; one that it can survive is told apart.
@Suite("Changes of the interface", .enabled(if: Compiler.has("gcc"), "there is no gcc to lay the interface out"))
struct InterfaceChangeTests {
    /// One edit of the header, and what the comparison says of it.
    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let replacement: String
        var additions: [String] = []
        var breaks: [String] = []
    }

    static let edits = [
        Edit(
            testDescription: "a field inserted in the middle", text: "    uint64_t dimension;      /* D, the product",
            replacement: "    uint64_t inserted;\n    uint64_t dimension;      /* D, the product",
            breaks: [
                "gud_basis_info.components moved from byte 16 to 24",
                "gud_basis_info.dimension moved from byte 8 to 16",
                "gud_basis_info.inserted is new, at byte 8, inside the first 24 bytes",
            ]),
        Edit(
            testDescription: "two fields of one type swapped",
            text:
                "    const char *id;                             /* unique: \"org.example.walsh\" */\n    const char *version;",
            replacement: "    const char *version;\n    const char *id;",
            breaks: ["gud_plugin.id moved from byte 8 to 16", "gud_plugin.version moved from byte 16 to 8"]),
        Edit(
            testDescription: "a type narrowed, with padding in its place", text: "    int64_t class_index; ",
            replacement: "    int32_t class_index; ",
            breaks: [
                "gud_condition_request.class_index had 8 bytes and has 4",
                "gud_condition_request.class_index was 'int64_t class_index' and is 'int32_t class_index'",
            ]),
        Edit(
            testDescription: "a type of the same size", text: "    const float *mean; ",
            replacement: "    const double *mean; ",
            breaks: ["gud_space.mean was 'const float *mean' and is 'const double *mean'"]),
        Edit(
            testDescription: "a function with another parameter",
            text: "    void (*destroy)(void *object);\n    /* Fills",
            replacement: "    void (*destroy)(void *object, int now);\n    /* Fills",
            breaks: [
                "gud_basis_table.destroy was 'void (*destroy)(void *object)' and is "
                    + "'void (*destroy)(void *object, int now)'"
            ]),
        Edit(
            testDescription: "a constant changed", text: "#define GUD_KIND_DENOISER 3u",
            replacement: "#define GUD_KIND_DENOISER 7u", breaks: ["GUD_KIND_DENOISER was 3 (uint32) and is 7 (uint32)"]),
        Edit(
            testDescription: "a constant of another sign", text: "#define GUD_THREADS_OBJECT 1u",
            replacement: "#define GUD_THREADS_OBJECT 1",
            breaks: ["GUD_THREADS_OBJECT was 1 (uint32) and is 1 (int32)"]),
        Edit(
            testDescription: "a constant removed", text: "#define GUD_LOG_ERROR 3\n", replacement: "",
            breaks: ["GUD_LOG_ERROR is gone"]),
        Edit(
            testDescription: "a field removed",
            text: "    uint64_t seed;                /* of the run, for initial guesses */\n",
            replacement: "",
            breaks: [
                "gud_denoiser_context had 72 bytes and has 64", "gud_denoiser_context.device moved from byte 64 to 56",
                "gud_denoiser_context.seed is gone",
            ]),
        Edit(
            testDescription: "a frozen structure appended to", text: "    const void *data;\n",
            replacement: "    const void *data;\n    uint64_t stride;\n",
            breaks: [
                "gud_array had 56 bytes and has 64", "gud_array.stride is new, at byte 56, of a frozen structure",
            ]),
        Edit(
            testDescription: "the entry's signature",
            text: "GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, ",
            replacement: "GUD_EXPORT gud_status gud_plugin_entry(const gud_host *host, int number, ",
            breaks: [
                "gud_plugin_entry was 'gud_status gud_plugin_entry(const gud_host *host, const gud_plugin **plugin, "
                    + "gud_error *error)' and is 'gud_status gud_plugin_entry(const gud_host *host, int number, "
                    + "const gud_plugin **plugin, gud_error *error)'"
            ]),
        Edit(
            testDescription: "a structure that grows appended to", text: "} gud_basis_table;",
            replacement: "    gud_status (*reflect)(void *object);\n} gud_basis_table;",
            additions: ["gud_basis_table.reflect is new, at byte 64"]),
        Edit(
            testDescription: "a kind added", text: "#define GUD_KIND_CONDITIONER 4u\n",
            replacement: "#define GUD_KIND_CONDITIONER 4u\n#define GUD_KIND_SAMPLER 5u\n",
            additions: ["GUD_KIND_SAMPLER is new"]),
        Edit(
            testDescription: "the minor version raised", text: "#define GUD_ABI_MINOR 0",
            replacement: "#define GUD_ABI_MINOR 1",
            additions: ["GUD_ABI_MINOR is 1"]),
    ]

    @Test("Each is classified, and differs from what was recorded", arguments: edits)
    func edit(_ edit: Edit) throws {
        let header = try String(contentsOfFile: Compiler.header, encoding: .utf8)
        try #require(header.components(separatedBy: edit.text).count == 2, "the header has it once")
        let layout = try Compiler.layout(of: header.replacingOccurrences(of: edit.text, with: edit.replacement))
        let recorded = try String(contentsOfFile: InterfaceLayoutTests.golden, encoding: .utf8)
        #expect(layout != recorded)
        let comparison = InterfaceComparison(from: recorded, to: layout)
        #expect(comparison.additions == edit.additions)
        #expect(comparison.breaks == edit.breaks)
    }

    @Test("What only grows keeps every line but the sizes that grew")
    func additionsKeepLines() throws {
        let header = try String(contentsOfFile: Compiler.header, encoding: .utf8)
        let grown = header.replacingOccurrences(
            of: "} gud_host;", with: "    int32_t (*answer)(void *context);\n} gud_host;")
        let recorded = Set(
            try String(contentsOfFile: InterfaceLayoutTests.golden, encoding: .utf8).split(separator: "\n"))
        let layout = Set(try Compiler.layout(of: grown).split(separator: "\n"))
        #expect(recorded.subtracting(layout).map(String.init) == ["gud_host: 96 bytes, grows"])
        #expect(
            layout.subtracting(recorded).sorted().map(String.init)
                == ["gud_host.answer: at 96, 8 bytes: int32_t (*answer)(void *context)", "gud_host: 104 bytes, grows"])
    }
}
