/// The known name that a person most likely meant, or `nil` where none is close.
///
/// Distances are Damerau–Levenshtein (adjacent transpositions count once), without regard to case; a name counts as close
/// within a third of its length, and always where one is the other's prefix of three letters or more.
public func nearest(to word: String, among names: [String]) -> String? {
    let typed = Array(word.lowercased())
    let scored = names.map { name in (name: name, distance: editDistance(typed, Array(name.lowercased()))) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    if best.distance <= max(1, max(best.name.count, typed.count) / 3) { return best.name }
    return names.sorted().first { name in
        min(name.count, word.count) >= 3
            && (name.lowercased().hasPrefix(word.lowercased()) || word.lowercased().hasPrefix(name.lowercased()))
    }
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i] + [Int](repeating: 0, count: b.count)
        for j in 1...b.count {
            let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                row[j] = min(row[j], beforeLast[j - 2] + 1)
            }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
