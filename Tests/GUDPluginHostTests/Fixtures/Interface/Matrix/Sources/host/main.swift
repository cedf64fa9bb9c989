import CGUDPlugin
import GUDCore

@testable import GUDPluginHost

// A host of version 1.1: the very loader, with the function that 1.1 adds. Prints what the test prints of its own loader.
UnsafeMutablePointer(mutating: HostServices.table).pointee.answer = { _ in 42 }
print(MatrixReport.text(CommandLine.arguments[1]), terminator: "")
