/// Runs a body for every index below a count, on as many threads as it likes.
///
/// This module starts no threads. Its callers pass `{ Parallel.forEach($0, $1) }` of GUDCore, or leave the plain loop.
public typealias Spread = (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void
