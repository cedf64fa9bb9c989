import CGUDPlugin
import CPluginSystem
import Foundation
import GUDCore
import GUDPluginABI
import Synchronization

/// What this program offers to plugins: one table for the whole process.
///
/// Invariant: the table is made once, never changes, and lives as long as the process.
enum HostServices {
    private static let sink = Mutex<@Sendable (_ plugin: String, _ text: String) -> Void>({ plugin, text in
        StandardError.write("\(plugin): \(text)\n")
    })
    private static let cancellation = Mutex<@Sendable () -> Bool>({ false })

    /// Where lines of plugins' logs go; standard error by default.
    static func setLog(_ body: @escaping @Sendable (_ plugin: String, _ text: String) -> Void) {
        sink.withLock { $0 = body }
    }

    /// Shows a line of a plugin's.
    static func log(_ text: String, of plugin: String) { sink.withLock { $0 }(plugin, text) }

    /// How plugins find out that the user asked to stop.
    static func setCancellation(_ body: @escaping @Sendable () -> Bool) { cancellation.withLock { $0 = body } }

    /// Whether the user asked to stop.
    static var isCancelled: Bool { cancellation.withLock { $0 }() }

    /// The table that every plugin's entry receives.
    nonisolated(unsafe) static let table: UnsafePointer<gud_host> = {
        var table = gud_host()
        table.struct_size = Versioned.size(of: gud_host.self)
        table.abi_major = UInt16(GUD_ABI_MAJOR)
        table.abi_minor = UInt16(GUD_ABI_MINOR)
        table.name = UnsafePointer(strdup("gud \(GUDVersion.current)"))
        table.log = { _, level, plugin, text in
            guard let text, level > GUD_LOG_DEBUG || Environment["GUD_PLUGIN_DEBUG"] != nil else { return }
            let name = plugin.map { String(cString: $0) } ?? "a plugin"
            HostServices.log(String(cString: text), of: name)
        }
        table.is_cancelled = { _ in HostServices.isCancelled ? 1 : 0 }
        table.parallel_for = { _, count, grain, body, argument in
            // Counts beyond all memory arrive as negative ones.
            guard let body, count > 0 else { return }
            let work = PluginWork(body: body, argument: argument)
            let grain = grain > 0 ? min(grain, count) : grain == 0 ? 1 : count
            let pieces = (count - 1) / grain + 1
            let run: @Sendable (Int) -> Void = { piece in
                let begin = piece * grain
                work.body(work.argument, begin, begin + min(grain, count - begin))
            }
            // A plugin that takes one call at a time has this thread alone.
            if gud_serial_calls(0) > 0 { (0..<pieces).forEach(run) } else { Parallel.forEach(pieces, run) }
        }
        table.fill_normals = { _, seed, sample, step, out, count in
            guard let out, count > 0 else { return }
            var span = UnsafeMutableBufferPointer(start: out, count: count).mutableSpan
            CounterNoise(seed: seed, purpose: .plugin).fillNormals(
                &span, sample: Int(truncatingIfNeeded: sample), step: Int(step))
        }
        table.parameter_boolean = { handle, name, value in
            HostServices.read(handle, name, as: Bool.self) { flag, _, _ in value?.pointee = flag ? 1 : 0 }
        }
        table.parameter_integer = { handle, name, value in
            HostServices.read(handle, name, as: Int.self) { number, _, _ in value?.pointee = Int64(number) }
        }
        table.parameter_number = { handle, name, value in
            HostServices.read(handle, name, as: Double.self) { number, _, _ in value?.pointee = number }
        }
        table.parameter_text = { handle, name, value, length in
            HostServices.read(handle, name, as: String.self) { text, box, name in
                let kept = box.text(text, of: name)
                value?.pointee = kept.start
                length?.pointee = kept.length
            }
        }
        table.parameter_numbers = { handle, name, values, count in
            HostServices.read(handle, name, as: [Double].self) { list, box, name in
                let kept = box.list(list, of: name)
                values?.pointee = kept.start
                count?.pointee = kept.count
            }
        }
        let memory = UnsafeMutablePointer<gud_host>.allocate(capacity: 1)
        memory.initialize(to: table)
        return UnsafePointer(memory)
    }()

    private static func read<Value: ParameterRepresentable>(
        _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, as type: Value.Type,
        _ write: (Value, ParameterBox, String) -> Void
    ) -> Int32 {
        guard let name, let box = ParameterBox.of(handle) else { return 0 }
        let key = String(cString: name)
        let (found, value) = box.read(key, as: type)
        if let value { write(value, box, key) }
        return found
    }
}

/// A plugin's function with its argument, on its way to several threads.
///
/// Invariant: the plugin asked for it to be called from any thread, and waits until all calls are done.
private struct PluginWork: @unchecked Sendable {
    let body: @convention(c) (UnsafeMutableRawPointer?, Int, Int) -> Void
    let argument: UnsafeMutableRawPointer?
}
