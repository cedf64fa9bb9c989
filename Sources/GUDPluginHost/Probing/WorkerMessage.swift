import CPluginSystem
import Foundation

/// What a worker that checks a plugin tells whoever started it: short texts, each beginning with its kind.
enum WorkerMessage: Sendable {
    /// What it does next.
    case stage(String)
    /// What it touched that it must not; sent while it dies.
    case fault(String)
    /// The plugin is not usable, for a reason.
    case rejected(String)
    /// A piece of the report, as JSON; pieces follow one another.
    case report(Data)
    /// The report is complete.
    case end

    private static let pieceSize = 32 << 10

    /// Sends messages over a channel; whoever no longer listens is not missed.
    static func send(_ messages: [WorkerMessage], to channel: Int32) {
        for message in messages {
            let bytes: Data =
                switch message {
                case .stage(let text): Data("S \(text.prefix(1000))".utf8)
                case .fault(let text): Data("F \(text)".utf8)
                case .rejected(let text): Data("X \(text.prefix(4000))".utf8)
                case .report(let data): Data("R ".utf8) + data
                case .end: Data("E ".utf8)
                }
            _ = bytes.withUnsafeBytes { gud_send(channel, $0.baseAddress, $0.count, -1) }
        }
    }

    /// A report in pieces that a channel can carry.
    static func pieces(of report: Data) -> [WorkerMessage] {
        stride(from: 0, to: report.count, by: pieceSize).map { start in
            .report(report.subdata(in: start..<min(start + pieceSize, report.count)))
        } + [.end]
    }

    /// Reads a message; `nil` where it is none.
    init?(_ bytes: Data) {
        guard bytes.count >= 2 else { return nil }
        let rest = bytes.dropFirst(2)
        let text = String(decoding: rest, as: UTF8.self).trimmingCharacters(in: .newlines)
        switch bytes.first {
        case UInt8(ascii: "S"): self = .stage(text)
        case UInt8(ascii: "F"): self = .fault(text)
        case UInt8(ascii: "X"): self = .rejected(text)
        case UInt8(ascii: "R"): self = .report(Data(rest))
        case UInt8(ascii: "E"): self = .end
        default: return nil
        }
    }
}
