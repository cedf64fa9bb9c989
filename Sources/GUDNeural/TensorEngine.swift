import CTensorEngine
import Foundation
import GUDCore

/// The tensor engine: LibTorch behind a table of C functions, opened at run time.
///
/// GUD builds and runs without it; only trainable denoisers need it. ``shared()`` looks for it in ``EngineLocation/candidates``
/// the first time it is asked, and keeps what it found for the life of the process.
public final class TensorEngine: Sendable {
    let table: EngineTable
    /// The file that was opened.
    public let path: String
    private let randomness = NSLock()

    private init(table: EngineTable, path: String) {
        self.table = table
        self.path = path
    }

    private static let opened: Result<TensorEngine, EngineError> = Result { () throws(EngineError) in try open() }

    /// The engine of this process.
    ///
    /// - Throws: ``EngineError/unavailable(tried:)`` with every path that was tried and why it failed.
    public static func shared() throws(EngineError) -> TensorEngine { try opened.get() }

    private static func open() throws(EngineError) -> TensorEngine {
        // Two OpenMP threads that spin while they wait run several times slower on busy cores than two that sleep. LibTorch
        // reads this when it is loaded; who sets it keeps their choice.
        setenv("OMP_WAIT_POLICY", "PASSIVE", 0)
        var tried: [EngineError.Attempt] = []
        for path in EngineLocation.candidates {
            guard FileManager.default.fileExists(atPath: path) else {
                tried.append(.init(path: path, reason: "no such file"))
                continue
            }
            var reason = [CChar](repeating: 0, count: 1024)
            if let pointer = gud_engine_open(path, &reason, reason.count) {
                let engine = TensorEngine(table: EngineTable(pointer: pointer), path: path)
                _ = engine.functions.set_deterministic(true)
                return engine
            }
            let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            tried.append(.init(path: path, reason: text))
        }
        throw .unavailable(tried: tried)
    }

    var functions: gud_tensor_engine { table.functions }

    /// The version of LibTorch that the engine was built for.
    public var version: String { functions.version().map { String(cString: $0) } ?? "unknown" }

    /// The number of threads that one operation may use.
    public var threadCount: Int {
        get { Int(functions.thread_count()) }
        set { _ = functions.set_threads(Int32(newValue)) }
    }

    /// The number of CUDA devices that can be used.
    public var cudaDeviceCount: Int { Int(functions.device_count(Int32(GUD_DEVICE_CUDA.rawValue))) }

    /// Chooses how many threads one operation may use, from the size of a sample.
    ///
    /// Threads that meet after every operation cost more than they bring where operations are short: on small images one
    /// thread is faster, and several times so on a busy machine. The choice depends on nothing that is measured, because
    /// results depend, in their last bits, on the number of threads. `GUD_THREADS` overrides it.
    func chooseThreads(dimension: Int) {
        threadCount = Environment["GUD_THREADS"] != nil || dimension >= 512 ? Parallel.width : 1
    }

    /// Runs the body with all threads where samples are large enough for them, and then goes back to as many as before.
    func withThreads<Result>(
        dimension: Int, _ body: () throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        let before = threadCount
        chooseThreads(dimension: dimension)
        defer { threadCount = before }
        return try body()
    }

    /// Runs the body for every index below `count` side by side on all cores, with one thread for each operation; then goes back
    /// to as many as before.
    func sideBySide(_ count: Int, _ body: @Sendable (Int) -> Void) {
        let before = threadCount
        defer { threadCount = before }
        Parallel.forEach(count) { index in
            // Each thread has a number of its own, beside the one that new threads begin with.
            threadCount = 1
            body(index)
        }
    }

    /// Runs the body with the random numbers that the engine draws itself (dropout) beginning at a seed.
    ///
    /// They come from one generator of the whole process: models that train side by side take turns.
    func withSeed<Result>(
        _ seed: UInt64, _ body: () throws(EngineError) -> Result
    ) throws(EngineError) -> Result {
        randomness.lock()
        defer { randomness.unlock() }
        try check(functions.set_seed(seed))
        return try body()
    }

    /// Runs the body without anything that gradients would need, on this thread; tensors made inside stay inside.
    func withInference<Result>(_ body: () throws(EngineError) -> Result) throws(EngineError) -> Result {
        let scope = functions.begin_inference()
        defer { functions.end_inference(scope) }
        return try body()
    }

    /// The reason of the last failure on this thread, as an error.
    var lastError: EngineError {
        .operation(functions.last_error().map { String(cString: $0) } ?? "it gave no reason")
    }

    func check(_ status: Int32) throws(EngineError) {
        guard status == 0 else { throw lastError }
    }
}

/// Where an engine may lie.
public enum EngineLocation {
    /// The name of the engine's library.
    public static let fileName = "libgud_tensor_engine.so"

    /// The paths that are tried, in order: `GUD_ENGINE`; `.engine/` beside any folder above the program, then above the
    /// current directory; the user's data folder.
    public static var candidates: [String] {
        if let explicit = Environment["GUD_ENGINE"] { return [explicit] }
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program.path
        let data = Environment["XDG_DATA_HOME"] ?? (NSHomeDirectory() + "/.local/share")
        let found = [executable, FileManager.default.currentDirectoryPath + "/."].compactMap(nearestEngine)
        return found + ["\(data)/gud/\(fileName)"]
    }

    /// The engine in the nearest folder above a file that has one.
    private static func nearestEngine(above path: String) -> String? {
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        while true {
            let candidate = folder.appendingPathComponent(".engine/\(fileName)").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            if folder.path == "/" { return nil }
            folder.deleteLastPathComponent()
        }
    }
}

/// What can go wrong with the tensor engine.
public enum EngineError: GUDError, Equatable {
    /// One path that was tried.
    public struct Attempt: Sendable, Equatable {
        /// The file.
        public let path: String
        /// Why it cannot be used.
        public let reason: String
    }

    /// No engine could be opened.
    case unavailable(tried: [Attempt])
    /// There is no such device here.
    case device(String, available: [String])
    /// An operation failed; the text is the engine's own.
    case operation(String)

    /// The text of the message.
    public var description: String {
        switch self {
        case .unavailable(let tried):
            "networks need LibTorch, and no engine could be opened:\n"
                + tried.map { "  \($0.path): \($0.reason)" }.joined(separator: "\n")
                + "\nrun 'make setup' in the project, or set GUD_ENGINE to a built \(EngineLocation.fileName)"
        case .device(let name, let available):
            "there is no device '\(name)' here; available: \(available.joined(separator: ", "))"
        case .operation(let reason): "the tensor engine failed: \(reason)"
        }
    }

    /// A device that does not exist is the request's mistake.
    public var blame: Blame {
        if case .device = self { .request } else { .execution }
    }
}

extension EngineError {
    /// The same failure as a denoiser reports it.
    var asDenoiserError: DenoiserError {
        if case .device = self { return .configuration(description) }
        return .failed(reason: description)
    }
}

/// Where tensors live.
public struct Device: Sendable, Equatable {
    let raw: gud_device

    /// The central processor.
    public static let cpu = Device(raw: gud_device(kind: Int32(GUD_DEVICE_CPU.rawValue), index: 0))

    /// Whether two devices are the same.
    public static func == (left: Device, right: Device) -> Bool {
        left.raw.kind == right.raw.kind && left.raw.index == right.raw.index
    }

    /// The device of a name: `cpu`, `cuda` or `cuda:N`.
    ///
    /// - Throws: ``EngineError/device(_:available:)`` with those that are there.
    public init(_ name: String, in engine: TensorEngine) throws(EngineError) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let count = engine.cudaDeviceCount
        if name == "cpu" {
            self = .cpu
        } else if parts.first == "cuda", parts.count <= 2, let index = parts.count == 2 ? Int(parts[1]) : 0,
            (0..<count).contains(index)
        {
            raw = gud_device(kind: Int32(GUD_DEVICE_CUDA.rawValue), index: Int32(index))
        } else {
            throw .device(name, available: ["cpu"] + (0..<count).map { "cuda:\($0)" })
        }
    }

    private init(raw: gud_device) { self.raw = raw }
}
