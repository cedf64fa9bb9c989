/// Is told how a long job goes; the command line shows it, tests ignore it.
public protocol ProgressReporter: Sendable {
    /// Something worth a line.
    func note(_ line: String)
    /// A countable part begins.
    func begin(total: Int, at start: Int)
    /// So much of it is done. Milestones deserve a line even where there is no terminal.
    func advance(to count: Int, _ status: String, isMilestone: Bool)
    /// The countable part is over.
    func end()
}

/// Reports nothing.
public struct SilentProgress: ProgressReporter {
    /// A reporter that ignores everything.
    public init() {}
    /// Ignored.
    public func note(_ line: String) {}
    /// Ignored.
    public func begin(total: Int, at start: Int) {}
    /// Ignored.
    public func advance(to count: Int, _ status: String, isMilestone: Bool) {}
    /// Ignored.
    public func end() {}
}
