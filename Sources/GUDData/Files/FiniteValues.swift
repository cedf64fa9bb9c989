extension [Float] {
    /// The index of the first NaN or infinity, or `nil` where every value is finite.
    ///
    /// - Complexity: O(*count*), at about the speed of memory: the pass over all values is branch-free.
    var firstNonFinite: Int? {
        let exponent: UInt32 = 0x7F80_0000  // All ones in the exponent: NaN or infinity.
        let count = withUnsafeBufferPointer { values in
            var count: UInt32 = 0
            for value in values { count |= value.bitPattern & exponent == exponent ? 1 : 0 }
            return count
        }
        return count == 0 ? nil : firstIndex { !$0.isFinite }
    }
}
