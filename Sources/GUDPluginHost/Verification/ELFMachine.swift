/// Processors by their ELF numbers.
///
/// Source: System V Application Binary Interface, "Sketch Header", table of `e_machine`.
enum ELFMachine {
    /// The number of the processor that this program is compiled for.
    static var host: UInt16 {
        #if arch(x86_64)
        62
        #elseif arch(arm64)
        183
        #elseif arch(riscv64)
        243
        #elseif arch(powerpc64le)
        21
        #else
        #error("add this processor's ELF number")
        #endif
    }

    /// A processor's name, or its number where it is not a common one.
    static func name(_ number: UInt16) -> String {
        switch number {
        case 2, 43: "SPARC"
        case 3: "386"
        case 8: "MIPS"
        case 20: "ppc"
        case 21: "ppc64"
        case 22: "s390x"
        case 40: "ARM"
        case 62: "x86-64"
        case 183: "AArch64"
        case 243: "RISC-V"
        case 247: "BPF"
        case 258: "LoongArch"
        default: "machine number \(number)"
        }
    }

    /// The operating system of an `EI_OSABI` byte, or `nil` where it is Linux or unspecific.
    static func foreignSystem(_ number: UInt8) -> String? {
        switch number {
        case 0, 3: nil
        case 1: "HP-UX"
        case 2: "NetBSD"
        case 6: "Solaris"
        case 9: "FreeBSD"
        case 12: "OpenBSD"
        default: "operating system number \(number)"
        }
    }
}
