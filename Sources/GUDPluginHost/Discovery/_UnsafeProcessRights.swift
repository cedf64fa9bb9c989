import Glibc

/// Whose rights the process has.
///
/// Invariant: `getauxval` is looked up by name, since the header is not part of Swift's C library module; its type,
/// `unsigned long (*)(unsigned long)`, is that of glibc and musl. The account entry is copied before its buffer goes.
enum _UnsafeProcessRights {
    /// Whether the kernel gave the process rights beyond those of who started it.
    static let arePrivileged: Bool = {
        guard getuid() == geteuid(), getgid() == getegid() else { return true }
        typealias Query = @convention(c) (UInt) -> UInt
        // Without an answer, the safe one.
        guard let address = dlsym(nil, "getauxval") else { return true }
        let secure: UInt = 23  // AT_SECURE
        return unsafeBitCast(address, to: Query.self)(secure) != 0
    }()

    /// The home folder of the effective user's account.
    static let accountHome: String? = {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        return buffer.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress,
                getpwuid_r(geteuid(), &entry, start, buffer.count, &found) == 0, found != nil,
                let home = entry.pw_dir.map({ String(cString: $0) })
            else { return nil }
            return home.hasPrefix("/") ? home : nil
        }
    }()
}
