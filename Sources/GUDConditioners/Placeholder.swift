import GUDCore
public protocol TrainingConditioner { var dropProbability: Double { get } }
public struct NoConditioner: Conditioner { public var embeddingWidth: Int { 0 }
 public func condition(_ request: ConditionRequest, in space: ComponentSpace) throws(ConditionerError) -> Condition { Condition() } }
public enum BuiltInConditioners { public static func register(in registry: inout Registry) throws(RegistryError) { try registry.register(ConditionerFactory(Descriptor(name: "none", summary: ""), make: { _, _ in NoConditioner() }), as: .conditioner) } }
