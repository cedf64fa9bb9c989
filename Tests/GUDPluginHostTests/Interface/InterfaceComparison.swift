/// Tells what a later version of the interface adds from what it breaks.
///
/// Compares two texts that ``InterfaceHeader/measuringProgram(including:)`` printed. Compatible are new constants,
/// types and structures, and fields behind the end of a structure that may grow; everything else is a break.
struct InterfaceComparison {
    /// What the later version adds, one line each.
    private(set) var additions: [String] = []
    /// What it breaks: the structure and field, and how.
    private(set) var breaks: [String] = []

    /// Constants that count what there is, and grow with it.
    private static let counters = ["GUD_ABI_MINOR", "GUD_LABEL_COUNT"]

    init(from old: String, to new: String) {
        let (old, new) = (Layout(old), Layout(new))
        for (name, was) in old.constants {
            guard let now = new.constants[name] else {
                breaks.append("\(name) is gone")
                continue
            }
            guard now != was else { continue }
            if Self.counters.contains(name), now.type == was.type, now.value > was.value {
                additions.append("\(name) is \(now.value)")
            } else {
                breaks.append("\(name) was \(was.value) (\(was.type)) and is \(now.value) (\(now.type))")
            }
        }
        for (name, was) in old.declarations {
            guard let now = new.declarations[name] else {
                breaks.append("\(name) is gone")
                continue
            }
            if now != was { breaks.append("\(name) was '\(was)' and is '\(now)'") }
        }
        for (name, was) in old.structures {
            guard let now = new.structures[name] else {
                breaks.append("\(name) is gone")
                continue
            }
            compare(name, was, now)
        }
        additions += new.constants.keys.filter { old.constants[$0] == nil }.map { "\($0) is new" }
        additions += new.declarations.keys.filter { old.declarations[$0] == nil }.map { "\($0) is new" }
        additions += new.structures.keys.filter { old.structures[$0] == nil }.map { "\($0) is new" }
        additions.sort()
        breaks.sort()
    }

    private mutating func compare(_ name: String, _ old: Layout.Structure, _ new: Layout.Structure) {
        if old.grows != new.grows { breaks.append("\(name) was \(old.growth) and is \(new.growth)") }
        if new.size < old.size || (!old.grows && new.size != old.size) {
            breaks.append("\(name) had \(old.size) bytes and has \(new.size)")
        }
        for (field, was) in old.fields {
            guard let now = new.fields[field] else {
                breaks.append("\(name).\(field) is gone")
                continue
            }
            if now.offset != was.offset {
                breaks.append("\(name).\(field) moved from byte \(was.offset) to \(now.offset)")
            }
            if now.size != was.size { breaks.append("\(name).\(field) had \(was.size) bytes and has \(now.size)") }
            if now.declaration != was.declaration {
                breaks.append("\(name).\(field) was '\(was.declaration)' and is '\(now.declaration)'")
            }
        }
        for (field, now) in new.fields where old.fields[field] == nil {
            if old.grows, now.offset >= old.size {
                additions.append("\(name).\(field) is new, at byte \(now.offset)")
            } else {
                breaks.append(
                    "\(name).\(field) is new, at byte \(now.offset), "
                        + (old.grows ? "inside the first \(old.size) bytes" : "of a frozen structure"))
            }
        }
    }
}

/// The printed form of the interface, taken apart.
private struct Layout {
    struct Structure {
        let size: Int
        let grows: Bool
        var fields: [String: (offset: Int, size: Int, declaration: String)] = [:]
        var growth: String { grows ? "one that grows" : "frozen" }
    }

    var constants: [String: (value: Int, type: String)] = [:]
    var declarations: [String: String] = [:]
    var structures: [String: Structure] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if let match = line.wholeMatch(of: /(\w+) = (-?\d+) \((.*)\)/) {
                constants[String(match.1)] = (Int(match.2) ?? 0, String(match.3))
            } else if let match = line.wholeMatch(of: /(\w+): (\d+) bytes, (grows|frozen)/) {
                structures[String(match.1)] = Structure(size: Int(match.2) ?? 0, grows: match.3 == "grows")
            } else if let match = line.wholeMatch(of: /(\w+)\.(\w+): at (\d+), (\d+) bytes: (.*)/) {
                structures[String(match.1)]?.fields[String(match.2)] = (
                    Int(match.3) ?? 0, Int(match.4) ?? 0, String(match.5)
                )
            } else if let match = line.wholeMatch(of: /(\w+): (.*)/) {
                declarations[String(match.1)] = String(match.2)
            }
        }
    }
}
