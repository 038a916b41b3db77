/// The rules of one task's life. A pure value: no clock, no store, no lock.
///
/// ```
///             ┌───────────────────────── retry / resume ◀──────────────┐
///             ▼                                                        │
///  ─submit▶ queued ──claim──▶ running ⇄ inputRequired                  │
///             │                 │  │ └──orphaned, handed back──▶ stopped ──┘
///             │                 │  └──▶ completed | failed | cancelled ◀─── (also from stopped, inputRequired)
///             └──cancel, queue limit──▶ cancelled | failed
/// ```
///
/// One edge is not drawn: somebody may ask for a failed task to be tried once more, and it is queued again.
public struct TaskLifecycle: Sendable, Hashable {
    /// What can happen to a task.
    public enum Event: Sendable, Hashable {
        /// A worker took the task.
        case claimed
        /// The tool returned a result that is no error.
        case completed
        /// The task failed, and why.
        case failed(TaskReason)
        /// The tool stopped because it was asked to.
        case cancelled
        /// The tool did not stop within the grace and was abandoned.
        case cancelForced
        /// The tool waits for an answer.
        case inputRequested
        /// The answer is complete.
        case inputProvided
        /// The attempt ended through no fault of its own (shutdown, lost lease): back to the queue, not counted.
        case interrupted(TaskReason)
        /// The attempt failed, and another is to follow.
        case retried(TaskReason)
        /// Nobody executes the task any more; it may be resumed.
        case stopped(TaskReason)
        /// A stopped task is to go on.
        case resumed
        /// Somebody wants a failed task to be tried once more.
        case retryRequested
        /// Somebody asked the task to stop.
        case cancelRequested
        /// A limit was reached: ``TaskReason/queueLimit`` while queued, ``TaskReason/wallLimit`` or ``TaskReason/idleLimit`` while executing.
        case limitReached(TaskReason)
    }

    /// What has to follow from an event outside this value.
    public enum Effect: Sendable, Hashable {
        /// Tell whoever executes the attempt to stop.
        case cancelAttempt
        /// The attempt is over: its lease ends.
        case endLease
        /// A task waits in the queue: wake a worker.
        case wakeWorkers
        /// The task has ended: record the time, tell waiters and the owner.
        case finish
        /// The owner should be told that the task stands still.
        case announce
    }

    /// Where the task stands.
    public private(set) var status: TaskStatus
    /// Why, where there is something to say.
    public private(set) var reason: TaskReason?
    /// Whether somebody asked the task to stop. Once true it stays true.
    public private(set) var isCancelRequested: Bool
    /// How many attempts began, those not counted that were interrupted.
    public private(set) var attempts: Int

    /// A task that waits for a worker.
    public static let submitted = TaskLifecycle(status: .queued, reason: nil, isCancelRequested: false, attempts: 0)

    /// A call that became a task while it ran.
    public static let promoted = TaskLifecycle(status: .running, reason: nil, isCancelRequested: false, attempts: 1)

    /// Restores a lifecycle from its stored parts.
    public init(status: TaskStatus, reason: TaskReason?, isCancelRequested: Bool, attempts: Int) {
        self.status = status
        self.reason = reason
        self.isCancelRequested = isCancelRequested
        self.attempts = attempts
    }

    /// What a caller who asks for a cancel now is to be told.
    public var cancelDisposition: CancelDisposition {
        switch status {
        case .queued, .stopped: .cancelledBeforeStart
        case .running, .inputRequired: .requested
        case .completed, .failed, .cancelled: .alreadyFinished
        }
    }

    /// Makes the transition that the event causes.
    ///
    /// - Returns: what has to follow.
    /// - Throws: ``IllegalTransition`` when the event cannot happen now; the value is unchanged.
    public mutating func apply(_ event: Event) throws(IllegalTransition) -> [Effect] {
        switch status {
        case .queued: try applyWhileQueued(event)
        case .running: try applyWhileExecuting(event)
        case .inputRequired: try applyWhileExecuting(event)
        case .stopped: try applyWhileStopped(event)
        case .completed, .failed, .cancelled: try applyWhenFinished(event)
        }
    }

    private mutating func applyWhileQueued(_ event: Event) throws(IllegalTransition) -> [Effect] {
        switch event {
        case .claimed:
            attempts += 1
            move(to: .running, nil)
            return []
        case .cancelRequested:
            isCancelRequested = true
            move(to: .cancelled, nil)
            return [.finish]
        case .limitReached(.queueLimit):
            move(to: .failed, .queueLimit)
            return [.finish]
        case .completed, .failed, .cancelled, .cancelForced, .inputRequested, .inputProvided, .interrupted, .retried, .stopped, .resumed,
            .retryRequested, .limitReached:
            throw IllegalTransition(status: status, event: event)
        }
    }

    private mutating func applyWhileExecuting(_ event: Event) throws(IllegalTransition) -> [Effect] {
        switch event {
        case .completed:
            // Who was told `requested` sees `cancelled` in the end; the record keeps the result all the same.
            move(to: isCancelRequested ? .cancelled : .completed, nil)
            return [.endLease, .finish]
        case .failed(let reason):
            if isCancelRequested { move(to: .cancelled, nil) } else { move(to: .failed, reason) }
            return [.endLease, .finish]
        case .limitReached(let reason) where reason == .wallLimit || reason == .idleLimit:
            if isCancelRequested { move(to: .cancelled, .cancelForced) } else { move(to: .failed, reason) }
            return [.cancelAttempt, .endLease, .finish]
        case .cancelled where isCancelRequested:
            move(to: .cancelled, nil)
            return [.endLease, .finish]
        case .cancelForced where isCancelRequested:
            move(to: .cancelled, .cancelForced)
            return [.endLease, .finish]
        case .inputRequested where status == .running:
            move(to: .inputRequired, nil)
            return [.announce]
        case .inputProvided where status == .inputRequired:
            move(to: .running, nil)
            return []
        case .interrupted(let reason):
            if isCancelRequested { return cancelInsteadOfGoingOn() }
            attempts -= 1
            move(to: .queued, reason)
            return [.endLease, .wakeWorkers]
        case .retried(let reason):
            if isCancelRequested { return cancelInsteadOfGoingOn() }
            move(to: .queued, reason)
            return [.endLease, .wakeWorkers]
        case .stopped(let reason):
            if isCancelRequested { return cancelInsteadOfGoingOn() }
            move(to: .stopped, reason)
            return [.endLease, .announce]
        case .cancelRequested:
            isCancelRequested = true
            return [.cancelAttempt]
        case .claimed, .cancelled, .cancelForced, .inputRequested, .inputProvided, .resumed, .retryRequested, .limitReached:
            throw IllegalTransition(status: status, event: event)
        }
    }

    private mutating func applyWhileStopped(_ event: Event) throws(IllegalTransition) -> [Effect] {
        switch event {
        case .resumed:
            move(to: .queued, nil)
            return [.wakeWorkers]
        case .completed:
            // The result of an attempt that was thought lost arrived after all.
            move(to: .completed, nil)
            return [.finish]
        case .failed(let reason):
            move(to: .failed, reason)
            return [.finish]
        case .cancelRequested:
            isCancelRequested = true
            move(to: .cancelled, nil)
            return [.finish]
        case .claimed, .cancelled, .cancelForced, .inputRequested, .inputProvided, .interrupted, .retried, .stopped, .retryRequested,
            .limitReached:
            throw IllegalTransition(status: status, event: event)
        }
    }

    private mutating func applyWhenFinished(_ event: Event) throws(IllegalTransition) -> [Effect] {
        switch event {
        case .cancelRequested:
            // Asking again, or too late, is no mistake of the caller's.
            return []
        case .retryRequested where status == .failed:
            move(to: .queued, .retry)
            return [.wakeWorkers]
        case .claimed, .completed, .failed, .cancelled, .cancelForced, .inputRequested, .inputProvided, .interrupted, .retried, .stopped,
            .resumed, .retryRequested, .limitReached:
            throw IllegalTransition(status: status, event: event)
        }
    }

    private mutating func move(to status: TaskStatus, _ reason: TaskReason?) {
        self.status = status
        self.reason = reason
    }

    private mutating func cancelInsteadOfGoingOn() -> [Effect] {
        move(to: .cancelled, nil)
        return [.endLease, .finish]
    }
}

/// What somebody who asked for a cancel is told; decided in the same transaction that records the request.
public enum CancelDisposition: String, Sendable, Hashable, CaseIterable {
    /// Nothing was executing: the task is cancelled.
    case cancelledBeforeStart
    /// The attempt has been told; the task will end as cancelled.
    case requested
    /// The task had ended before; nothing changes.
    case alreadyFinished
}

/// An event that cannot happen to a task in its present status.
public struct IllegalTransition: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status at the time.
    public let status: TaskStatus
    /// The event that does not fit.
    public let event: TaskLifecycle.Event

    /// Names the two.
    public init(status: TaskStatus, event: TaskLifecycle.Event) {
        self.status = status
        self.event = event
    }

    /// Says both.
    public var description: String { "a task that is \(status.rawValue) cannot take the event '\(event)'" }
}
