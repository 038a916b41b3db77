public import LegworkCore

/// Starts an owner's next run, because a task has something to say and nobody follows the owner's notices.
///
/// A hook may be called several times for one notice: when it threw, and after a restart for all that was not acknowledged. The notices
/// are handed over so that the run can begin with them; it acknowledges them itself, with ``TaskManager/acknowledge(_:for:session:)``.
public protocol WakeUpHook: Sendable {
    /// Wakes an owner.
    ///
    /// - Parameters:
    ///   - owner: who is to be woken.
    ///   - session: the conversation that the notices are for; nil means any.
    ///   - notices: all that nobody has taken yet, in order, at most 1000.
    /// - Throws: anything, to be called again later. Cancellation means that the time is over.
    func wake(_ owner: Owner, session: String?, notices: [Notice]) async throws
}

/// A hook that is a closure.
public struct ClosureWakeUpHook: WakeUpHook {
    private let body: @Sendable (Owner, String?, [Notice]) async throws -> Void

    /// Wraps a closure, which is called with the owner, the session and the notices.
    public init(_ body: @escaping @Sendable (Owner, String?, [Notice]) async throws -> Void) { self.body = body }

    /// Calls the closure.
    public func wake(_ owner: Owner, session: String?, notices: [Notice]) async throws { try await body(owner, session, notices) }
}

/// When and how owners are woken.
public struct WakeUpConfiguration: Sendable {
    /// What wakes them.
    public var hook: any WakeUpHook
    /// How long notices are collected before the hook is called.
    public var delay: Duration = .seconds(1)
    /// How long after the first failure the hook is called again; each further one doubles it.
    public var firstRetry: Duration = .seconds(1)
    /// The longest time between two tries. There is no last try.
    public var longestRetry: Duration = .seconds(300)
    /// How long one call may take before it is cancelled and counts as failed.
    public var timeLimit: Duration = .seconds(60)
    /// How many owners are woken at once, each by one call at a time.
    public var concurrency: Int = 4

    /// The defaults with a hook.
    public init(_ hook: any WakeUpHook) { self.hook = hook }
}
