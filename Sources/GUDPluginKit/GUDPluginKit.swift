// What an author of a Swift plugin imports: the protocols of the core, the C interface, and `Plugin`.
@_exported import CGUDPlugin
@_exported import GUDCore
