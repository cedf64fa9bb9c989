extension PluginHost {
    /// Tells plugins how to find out that the user asked to stop.
    public static func setCancellation(_ body: @escaping @Sendable () -> Bool) { HostServices.setCancellation(body) }

    /// Takes over the lines that plugins write to the log; they go to standard error by default.
    public static func setLog(_ body: @escaping @Sendable (_ plugin: String, _ text: String) -> Void) {
        HostServices.setLog(body)
    }
}
