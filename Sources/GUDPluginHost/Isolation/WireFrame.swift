import CPluginSystem
import Foundation

/// One message between the host and an isolated plugin: a few numbers, and a text where something went wrong.
struct WireFrame {
    /// What is asked, or answered.
    enum Kind: UInt64 {
        // Asked by the host.
        case map = 1, create, destroy, forward, inverse, gamma, gammaRate, member, predict, pullBack, state, condition
        // Answered by the plugin's process.
        case done = 100, failed
        // Asked by the plugin's process while it works on something.
        case spaceForward = 200, spaceInverse
        // Told by the plugin's process at any time, and not answered.
        case log = 300
    }

    var kind: Kind
    var numbers: [UInt64] = []
    var text = ""

    init(_ kind: Kind, _ numbers: [UInt64] = [], text: String = "") {
        self.kind = kind
        self.numbers = numbers
        self.text = text
    }

    init(_ kind: Kind, _ first: Int, _ rest: Int...) {
        self.init(kind, ([first] + rest).map { UInt64(bitPattern: Int64($0)) })
    }

    /// A number as a count; 0 where there is none.
    func integer(_ index: Int) -> Int { numbers.indices.contains(index) ? Int(Int64(bitPattern: numbers[index])) : 0 }

    /// Sends the frame, with a descriptor where there is one.
    ///
    /// - Throws: ``WireError`` where nobody is at the other end.
    func send(to channel: Int32, descriptor: Int32 = -1) throws(WireError) {
        var bytes = Data()
        for number in [kind.rawValue, UInt64(numbers.count)] + numbers {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: text.utf8.prefix(8000))
        let sent = bytes.withUnsafeBytes { gud_send(channel, $0.baseAddress, $0.count, descriptor) }
        guard sent == bytes.count else { throw WireError(String(cString: strerror(errno))) }
    }

    /// Waits for a frame.
    ///
    /// - Returns: The frame and its descriptor (−1 where it has none); `nil` at the end of the channel.
    static func receive(from channel: Int32) throws(WireError) -> (frame: WireFrame, descriptor: Int32)? {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var descriptor: Int32 = -1
        let count = gud_receive(channel, &buffer, buffer.count, &descriptor, -1)
        guard count > 0 else {
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        guard let frame = WireFrame(buffer[0..<count]) else {
            if descriptor >= 0 { close(descriptor) }
            throw WireError("sent a message that cannot be understood")
        }
        return (frame, descriptor)
    }

    private init?(_ bytes: ArraySlice<UInt8>) {
        let numbers = stride(from: bytes.startIndex, to: bytes.endIndex - 7, by: 8).map { start in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
        }
        guard numbers.count >= 2, let kind = Kind(rawValue: numbers[0]), numbers[1] <= numbers.count - 2 else {
            return nil
        }
        let count = Int(numbers[1])
        self.init(
            kind, Array(numbers[2..<2 + count]),
            text: String(decoding: bytes.dropFirst(8 * (2 + count)), as: UTF8.self))
    }
}
