/// The tables by which the loader finds symbols, and which alone tell how many there are.
///
/// A table that is wrong does not merely hide a symbol: a look-up divides by a count of zero, runs round a chain for
/// ever, or reads beyond the mapped bytes. So they are checked as a whole.
struct ELFHashTables {
    let file: ELFBytes
    let segments: ELFSegments

    /// The number of symbols.
    ///
    /// - Throws: ``ELFError/hashTable(_:table:reason:)`` and what reading throws.
    func symbolCount(_ dynamic: ELFDynamic) throws(ELFError) -> Int {
        var counts: [Int] = []
        if let address = dynamic.gnuHash { counts.append(try gnuCount(at: address)) }
        if let address = dynamic.systemVHash { counts.append(try systemVCount(at: address)) }
        // Where both are there, the second also counts symbols that the first does not look up.
        guard let count = counts.max() else {
            throw .dynamicSection(file.path, reason: "there is no symbol hash table (DT_GNU_HASH or DT_HASH)")
        }
        guard UInt64(count) <= dynamic.symbols.size / ELFSymbol.entrySize else {
            throw .hashTable(
                file.path, table: dynamic.systemVHash == nil ? "DT_GNU_HASH" : "DT_HASH",
                reason: "it counts \(count) symbols, but their segment has room for "
                    + "\(dynamic.symbols.size / ELFSymbol.entrySize)")
        }
        guard count <= ELFLimits.symbols else {
            throw .tooMany(file.path, what: "symbols", limit: ELFLimits.symbols)
        }
        return count
    }

    /// Header (buckets, first symbol, filter words, shift), filter, buckets, chains.
    ///
    /// A bucket holds the index of its first symbol; the chain of that symbol goes on to the first odd hash. Every
    /// chain is sound where the last one is.
    private func gnuCount(at address: UInt64) throws(ELFError) -> Int {
        let name = "DT_GNU_HASH"
        func bad(_ reason: String) -> ELFError { .hashTable(file.path, table: name, reason: reason) }
        let table = try segments.place(of: address, "the symbol hash table")
        let words = Words(file: file, place: table, name: name)
        let bucketCount = try words[0]
        let first = try words[1]
        let filterCount = try words[2]
        let shift = try words[3]
        guard bucketCount > 0 else { throw bad("it has no buckets") }
        guard filterCount > 0, filterCount & (filterCount - 1) == 0 else {
            throw bad("its filter has \(filterCount) words, which is not a power of two")
        }
        guard shift < 64 else { throw bad("its filter shifts by \(shift) bits") }
        // In 32-bit words; the three numbers have 32 bits each, so that no sum overflows.
        let buckets = 4 + 2 * UInt64(filterCount)
        let chains = buckets + UInt64(bucketCount)
        guard chains <= table.size / 4 else { throw bad("its \(bucketCount) buckets do not fit into its segment") }
        var last: UInt32 = 0
        for bucket in 0..<UInt64(bucketCount) {
            let index = try words[buckets + bucket]
            guard index == 0 || index >= first else {
                throw bad("bucket \(bucket) holds symbol \(index), before the first, \(first)")
            }
            last = max(last, index)
        }
        guard last > 0 else { return Int(first) }
        var index = UInt64(last)
        while true {
            let place = chains + (index - UInt64(first))
            guard place < table.size / 4 else { throw bad("the chain of symbol \(last) does not end") }
            if try words[place] & 1 == 1 { break }
            index += 1
        }
        return Int(index) + 1
    }

    /// Header (buckets, symbols), buckets, and for each symbol the next one in its chain; 0 ends it.
    private func systemVCount(at address: UInt64) throws(ELFError) -> Int {
        let name = "DT_HASH"
        func bad(_ reason: String) -> ELFError { .hashTable(file.path, table: name, reason: reason) }
        let table = try segments.place(of: address, "the symbol hash table")
        let words = Words(file: file, place: table, name: name)
        let bucketCount = try words[0]
        let symbolCount = try words[1]
        guard bucketCount > 0 else { throw bad("it has no buckets") }
        let chains = 2 + UInt64(bucketCount)
        guard chains + UInt64(symbolCount) <= table.size / 4 else {
            throw bad("its \(bucketCount) buckets and \(symbolCount) symbols do not fit into its segment")
        }
        guard symbolCount <= ELFLimits.symbols else {
            throw .tooMany(file.path, what: "symbols", limit: ELFLimits.symbols)
        }
        // The bucket from which each symbol was reached first, plus one: every symbol is visited once.
        var visitor = [UInt32](repeating: 0, count: Int(symbolCount))
        for bucket in 0..<UInt64(bucketCount) {
            var index = try words[2 + bucket]
            let mark = UInt32(truncatingIfNeeded: bucket + 1)
            while index != 0 {
                guard index < symbolCount else {
                    throw bad("bucket \(bucket) leads to symbol \(index) of \(symbolCount)")
                }
                if visitor[Int(index)] == mark { throw bad("the chain of bucket \(bucket) is a circle") }
                if visitor[Int(index)] != 0 { break }
                visitor[Int(index)] = mark
                index = try words[chains + UInt64(index)]
            }
        }
        return Int(symbolCount)
    }

    /// A table of 32-bit words.
    private struct Words {
        let file: ELFBytes
        let place: ELFPlace
        let name: String

        subscript(index: UInt64) -> UInt32 {
            get throws(ELFError) {
                guard index < place.size / 4 else {
                    throw .hashTable(file.path, table: name, reason: "it reaches beyond its segment")
                }
                return try file.integer(UInt32.self, at: place.offset + index * 4, of: "the symbol hash table")
            }
        }
    }
}
