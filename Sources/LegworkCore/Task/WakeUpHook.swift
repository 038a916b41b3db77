/// Starts an owner's next run, because a task has something to say and nobody follows the owner's notices.
///
/// A hook may be called several times for one notice: when it threw, and after a restart for all that was not acknowledged. The notices
/// are handed over so that the run can begin with them; it acknowledges them itself.
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
