import Foundation
import GUDCore

/// The parameters of one object, as a plugin reads them while it makes it.
///
/// Invariant: texts and lists are owned by this object, so that the pointers handed out are valid as long as it lives,
/// which is for the whole of `create`; the lock is held while they are made, for any thread may ask.
final class ParameterBox {
    private let values: [String: ParameterValue]
    private let lock = NSLock()
    private var texts: [String: UnsafeMutableBufferPointer<CChar>] = [:]
    private var lists: [String: UnsafeMutableBufferPointer<Double>] = [:]

    /// Checked values; lists of numbers that are kept in files are read.
    init(_ parameters: Parameters, schema: ParameterSchema) throws(FileError) {
        var values = parameters.values
        for specification in schema.specifications where specification.isNumberList {
            guard case .string(let path)? = values[specification.name] else { continue }
            values[specification.name] = try NumberList.file(path).values().parameterValue
        }
        self.values = values
    }

    /// What stands for the parameters in the interface; valid as long as this object.
    var handle: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }

    static func of(_ handle: OpaquePointer?) -> ParameterBox? {
        handle.map { Unmanaged<ParameterBox>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
    }

    /// A value read as a type: 1 with the value, 0 where there is none, −1 where it is of another type.
    func read<Value: ParameterRepresentable>(_ name: String, as type: Value.Type) -> (found: Int32, value: Value?) {
        guard let value = values[name], value != .null else { return (0, nil) }
        guard let typed = Value(value) else { return (-1, nil) }
        return (1, typed)
    }

    /// A text that ends with a zero, and its length.
    func text(_ value: String, of name: String) -> (start: UnsafePointer<CChar>?, length: Int) {
        lock.lock()
        defer { lock.unlock() }
        if texts[name] == nil {
            let bytes = Array(value.utf8CString)
            let memory = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
            _ = memory.initialize(from: bytes)
            texts[name] = memory
        }
        return (texts[name].map { UnsafePointer($0.baseAddress) } ?? nil, (texts[name]?.count ?? 1) - 1)
    }

    /// A list of numbers.
    func list(_ value: [Double], of name: String) -> (start: UnsafePointer<Double>?, count: Int) {
        lock.lock()
        defer { lock.unlock() }
        if lists[name] == nil {
            let memory = UnsafeMutableBufferPointer<Double>.allocate(capacity: value.count)
            _ = memory.initialize(from: value)
            lists[name] = memory
        }
        return (lists[name].map { UnsafePointer($0.baseAddress) } ?? nil, lists[name]?.count ?? 0)
    }

    deinit {
        for memory in texts.values { memory.deallocate() }
        for memory in lists.values { memory.deallocate() }
    }
}
