import GUDCore

/// The noise schedules that come with GUD.
public enum BuiltInSchedules {
    /// Registers `linear`, `vp`, `cosine`, `soft` and `family`.
    ///
    /// - Throws: ``RegistryError/nameTaken(kind:name:by:newcomer:)``.
    public static func register(in registry: inout Registry) throws(RegistryError) {
        try registry.register(LinearSchedule.factory, as: .schedule)
        try registry.register(VPSchedule.factory, as: .schedule)
        try registry.register(CosineSchedule.factory, as: .schedule)
        try registry.register(SoftSchedule.factory, as: .schedule)
        try registry.register(SoftFamily.factory, as: .schedule)
    }
}
