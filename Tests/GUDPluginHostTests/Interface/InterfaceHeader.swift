/// What `gud_plugin.h` declares, read from its text: constants, types, structures with their fields, and the entry.
///
/// It understands the subset of C that the header is written in, and nothing else; whatever it overlooked, the C
/// compiler would not miss. ``measuringProgram(in:)`` therefore leaves every number to the compiler.
struct InterfaceHeader {
    /// A field as it is declared.
    struct Field: Equatable {
        let name: String
        /// The declaration in one line: `const float *samples`.
        let declaration: String
    }

    /// A structure with the name of its typedef.
    struct Structure {
        let name: String
        /// Whether later versions may append to it: its tag then carries the version.
        let grows: Bool
        let fields: [Field]
    }

    /// The names of all constants, in the header's order.
    let constants: [String]
    /// Typedefs of other types, and functions, as name and declaration.
    let declarations: [Field]
    let structures: [Structure]

    init(_ text: String) {
        let code = text.replacing(/\/\*(?s:.*?)\*\//, with: " ")
        constants = code.matches(of: /#define (GUD_\w+) +-?\d+u?\s/).map { String($0.1) }
        structures = code.matches(of: /typedef (?:GUD_STRUCT\((\w+)\)|struct \w+) \{((?s:.*?))\n\} (\w+);/).map {
            match in
            Structure(name: String(match.3), grows: match.1 != nil, fields: Self.fields(match.2))
        }
        let plain = code.matches(of: /typedef ([^{;]*?)\b(\w+);/).map {
            Field(name: String($0.2), declaration: Self.oneLine($0.0.dropLast()))
        }
        let pointers = code.matches(of: /typedef [^{;]*?\(\*(\w+)\)[^;]*;/).map {
            Field(name: String($0.1), declaration: Self.oneLine($0.0.dropLast()))
        }
        let entry = code.matches(of: /GUD_EXPORT (\w+ (\w+)\([^;]*);/).map {
            Field(name: String($0.2), declaration: Self.oneLine($0.1))
        }
        declarations = plain + pointers + entry
    }

    private static func fields(_ body: Substring) -> [Field] {
        body.split(separator: ";").map(oneLine).filter { !$0.isEmpty }.flatMap { declaration -> [Field] in
            if let function = declaration.firstMatch(of: /\(\*(\w+)\)/) {
                return [Field(name: String(function.1), declaration: declaration)]
            }
            // `const double *gamma, *alpha`: the type belongs to each of them.
            let parts = declaration.split(separator: ",").map(oneLine)
            guard let match = parts.first?.firstMatch(of: /^(.*?)(\**\w+(?:\[\d+\])?)$/) else { return [] }
            return ([String(match.2)] + parts.dropFirst()).map { declarator in
                Field(
                    name: declarator.replacing(/\[\d+\]|\*/, with: ""), declaration: oneLine(match.1 + " " + declarator)
                )
            }
        }
    }

    private static func oneLine(_ text: some StringProtocol) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension InterfaceHeader {
    /// A C11 program that prints the interface as a compiler lays it out; one line for each thing that must not change.
    ///
    ///     GUD_KIND_BASIS = 1 (uint32)
    ///     gud_basis_info: 24 bytes, grows
    ///     gud_basis_info.flags: at 4, 4 bytes: uint32_t flags
    func measuringProgram(including header: String) -> String {
        var lines = ["#include <stdio.h>", "#include \"\(header)\"", "int main(void) {"]
        for name in constants {
            lines.append(
                """
                printf("\(name) = %lld (%s)\\n", (long long)(\(name)),
                    _Generic((\(name)), int32_t: "int32", uint32_t: "uint32", default: "another type"));
                """)
        }
        for declaration in declarations { lines.append("puts(\"\(declaration.name): \(declaration.declaration)\");") }
        for structure in structures {
            let (name, growth) = (structure.name, structure.grows ? "grows" : "frozen")
            lines.append("printf(\"\(name): %zu bytes, \(growth)\\n\", sizeof(\(name)));")
            for field in structure.fields {
                lines.append(
                    "printf(\"\(name).\(field.name): at %zu, %zu bytes: \(field.declaration)\\n\", "
                        + "offsetof(\(name), \(field.name)), sizeof(((\(name) *)0)->\(field.name)));")
            }
        }
        return (lines + ["return 0;", "}", ""]).joined(separator: "\n")
    }

    /// The same in Rust, without declarations, for the binding at a path.
    func rustProgram(binding path: String) -> String {
        var lines = [
            "#[path = \"\(path)\"] mod binding;", "use binding::raw::*;", "use std::mem::{offset_of, size_of};",
            "fn size<S, F>(_: fn(*const S) -> *const F) -> usize { size_of::<F>() }", "fn main() {",
        ]
        for name in constants { lines.append("println!(\"\(name) = {}\", \(name));") }
        for structure in structures {
            let name = structure.name
            lines.append("println!(\"\(name): {} bytes\", size_of::<\(name)>());")
            for field in structure.fields {
                let key = field.name == "type" ? "r#type" : field.name
                lines.append(
                    "println!(\"\(name).\(field.name): at {}, {} bytes\", offset_of!(\(name), \(key)), "
                        + "size(|s: *const \(name)| unsafe { &raw const (*s).\(key) }));")
            }
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }
}
