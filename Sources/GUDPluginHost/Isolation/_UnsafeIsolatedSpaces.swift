import GUDCore
import Synchronization

/// The spaces whose bases a plugin's process may ask for; they stay in this one.
///
/// Invariant: a space is kept until it is released; whatever a message says, no more of its memory is touched than
/// there is.
final class IsolatedSpaces: Sendable {
    private struct Kept {
        var spaces: [Int: ComponentSpace] = [:]
        var last = 0
    }

    private let kept = Mutex(Kept())

    /// Keeps a space that the plugin may ask for.
    ///
    /// - Returns: The number that it is known by.
    func keep(_ space: ComponentSpace) -> Int {
        kept.withLock { kept in
            kept.last += 1
            kept.spaces[kept.last] = space
            return kept.last
        }
    }

    /// Lets go of a space.
    func release(_ number: Int) {
        // It may be the last that holds on to a basis, which must not end under the lock.
        _ = kept.withLock { $0.spaces.removeValue(forKey: number) }
    }

    /// Applies the basis of a space, as a message asks for it, in the memory that came with it.
    ///
    /// - Returns: The answer.
    func apply(_ frame: WireFrame, _ descriptor: Int32) -> WireFrame {
        do {
            let memory = try SharedMemory(descriptor: descriptor)
            guard let space = kept.withLock({ $0.spaces[frame.integer(0)] }) else {
                throw WireError("the space is no longer there")
            }
            let (batch, offset) = (frame.integer(1), frame.integer(2))
            let isForward = frame.kind == .spaceForward
            let (rows, columns) =
                isForward ? (space.dimension, space.componentCount) : (space.componentCount, space.dimension)
            guard batch >= 0, batch < 1 << 32, (0...memory.count).contains(offset), offset % 64 == 0,
                4 * batch * rows <= offset,
                offset + 4 * batch * columns <= memory.count
            else { throw WireError("the memory does not hold a batch of \(batch)") }
            let source = UnsafeBufferPointer(memory.scalars(at: 0, count: batch * rows, as: Float.self))
            var result = memory.scalars(at: offset, count: batch * columns, as: Float.self).mutableSpan
            if isForward {
                try space.basis.forward(source.span, into: &result)
            } else {
                try space.basis.inverse(source.span, into: &result)
            }
            return WireFrame(.done)
        } catch {
            return WireFrame(.failed, text: "\(error)")
        }
    }
}
