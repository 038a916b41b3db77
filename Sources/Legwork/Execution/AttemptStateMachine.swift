/// The rules of one attempt: who waits for it, whether it is recorded, and who gets its outcome. Pure.
///
/// An attempt begins either unrecorded (a call within its window) or recorded (from the queue, in the background, or eagerly). The outcome
/// goes to the caller who still waits, into the record, or both; it is never lost and never given twice.
struct AttemptStateMachine<Waiter: Sendable>: Sendable {
    private enum Phase: Sendable {
        /// The tool works; nothing is recorded.
        case unrecorded
        /// The record is being written. The outcome, if the tool was faster.
        case promoting(ToolOutcome?)
        /// The tool works on a recorded task.
        case recorded
        /// The outcome is being written.
        case committing(ToolOutcome)
        /// The outcome waits for the caller to ask.
        case finished(ToolOutcome)
        /// The tool works, but nobody wants its result: the caller left and nothing was recorded.
        case deserted
        /// The tool did not stop in time; the record has ended without it.
        case abandoned
        /// Nothing is left to do.
        case over
    }

    private enum Audience: Sendable {
        /// The caller has not begun to wait.
        case expected
        case waiting(Waiter)
        /// The caller left before it began to wait.
        case gone(CallOptions.CallerLeaves)
        /// The caller left while the record was being written, has its answer, and wants the call cancelled.
        case departed
        /// Nobody waits, or whoever did has an answer.
        case none
    }

    private var phase: Phase
    private var audience: Audience
    /// Whether the caller is not to wait for the outcome, even if it has not begun to wait.
    private var mustAnnounce = false

    /// - Parameters:
    ///   - isRecorded: whether there is a record already.
    ///   - hasCaller: whether a caller is going to wait.
    init(isRecorded: Bool, hasCaller: Bool) {
        phase = isRecorded ? .recorded : .unrecorded
        audience = hasCaller ? .expected : .none
    }

    /// Whether a report should be written to the record.
    var isRecorded: Bool {
        switch phase {
        case .recorded: true
        case .unrecorded, .promoting, .committing, .finished, .deserted, .abandoned, .over: false
        }
    }

    /// Whether there is a record to write to, or one is just being written.
    var hasOrGetsRecord: Bool {
        switch phase {
        case .promoting, .recorded: true
        case .unrecorded, .committing, .finished, .deserted, .abandoned, .over: false
        }
    }

    /// Whether the record is just being written.
    var isPromoting: Bool {
        switch phase {
        case .promoting: true
        case .unrecorded, .recorded, .committing, .finished, .deserted, .abandoned, .over: false
        }
    }

    /// What becomes of a notice of the tool.
    enum NoticePlace: Sendable {
        /// There is nobody to tell yet, or there need not be: it is kept until the call becomes a task.
        case kept
        /// It is written.
        case store
        /// The attempt is over.
        case nowhere
    }

    var noticePlace: NoticePlace {
        switch phase {
        case .unrecorded, .promoting: .kept
        case .recorded: .store
        case .committing, .finished, .deserted, .abandoned, .over: .nowhere
        }
    }

    /// Whether a caller waits, or is about to.
    var hasCaller: Bool {
        switch audience {
        case .expected, .waiting: true
        case .gone, .departed, .none: false
        }
    }

    private mutating func takeWaiter() -> Waiter? {
        guard case .waiting(let waiter) = audience else { return nil }
        audience = .none
        return waiter
    }

    // MARK: The tool

    enum ReturnAction {
        /// Give the outcome to the caller.
        case deliver(ToolOutcome, Waiter)
        /// Write the outcome to the record.
        case commit(ToolOutcome)
        /// Keep the outcome on a record that has ended already.
        case commitLate(ToolOutcome)
        /// Nobody wants the outcome: forget the call.
        case forget
        /// Nothing now.
        case none
    }

    mutating func toolReturned(_ outcome: ToolOutcome) -> ReturnAction {
        switch phase {
        case .unrecorded:
            guard let waiter = takeWaiter() else {
                phase = .finished(outcome)
                return .none
            }
            phase = .over
            return .deliver(outcome, waiter)
        case .promoting(nil):
            phase = .promoting(outcome)
            return .none
        case .recorded:
            phase = .committing(outcome)
            return .commit(outcome)
        case .abandoned:
            phase = .over
            return .commitLate(outcome)
        case .deserted:
            phase = .over
            return .forget
        case .promoting, .committing, .finished, .over:
            preconditionFailure("a tool returns once")
        }
    }

    /// The outcome is on the record: a caller who still waits gets it as a result.
    ///
    /// - Returns: whom to give the outcome to.
    mutating func committed() -> (ToolOutcome, Waiter)? {
        guard case .committing(let outcome) = phase else { return nil }
        guard let waiter = takeWaiter() else {
            phase = .finished(outcome)
            return nil
        }
        phase = .over
        return (outcome, waiter)
    }

    // MARK: The caller

    /// Takes the outcome of a tool that finished before anybody waited.
    mutating func takeFinished() -> ToolOutcome? {
        guard case .finished(let outcome) = phase else { return nil }
        phase = .over
        audience = .none
        return outcome
    }

    enum ParkAction {
        /// The caller waits.
        case parked
        /// The outcome is here.
        case deliver(ToolOutcome, Waiter)
        /// The caller had left before it began to wait: treat it as leaving now.
        case leave(CallOptions.CallerLeaves)
        /// Tell the caller of the task.
        case announce(Waiter)
    }

    mutating func park(_ waiter: Waiter) -> ParkAction {
        switch phase {
        case .finished(let outcome):
            phase = .over
            audience = .none
            return .deliver(outcome, waiter)
        case .deserted, .abandoned, .over:
            // The tool was told to stop, and its grace was over, before anybody waited.
            audience = .none
            return .deliver(.cancelled, waiter)
        case .unrecorded, .promoting, .recorded, .committing: break
        }
        let before = audience
        audience = .waiting(waiter)
        if case .gone(let policy) = before { return .leave(policy) }
        switch phase {
        case .recorded, .committing: return mustAnnounce ? takeWaiter().map(ParkAction.announce) ?? .parked : .parked
        case .unrecorded, .promoting, .finished, .deserted, .abandoned, .over: return .parked
        }
    }

    enum LeaveAction {
        /// Stop the tool, whose outcome nobody wants, and tell the caller that it was cancelled.
        case cancelTool(Waiter)
        /// Ask for the recorded task to be cancelled, and tell the caller that it was.
        case requestCancel(Waiter)
        /// Tell the caller that it was cancelled: the tool has ended, or will be told when it is known whether there is a record.
        case release(Waiter)
        /// Record the call.
        case promote
        /// Tell the caller of the task.
        case announce(Waiter)
        /// Nothing: an answer is on its way, or was given.
        case none
    }

    mutating func callerLeft(_ policy: CallOptions.CallerLeaves) -> LeaveAction {
        if case .expected = audience {
            audience = .gone(policy)
            return .none
        }
        switch (phase, policy) {
        case (.unrecorded, .promote):
            phase = .promoting(nil)
            return .promote
        case (.unrecorded, .cancel):
            guard let waiter = takeWaiter() else { return .none }
            phase = .deserted
            return .cancelTool(waiter)
        case (.promoting, .cancel):
            guard let waiter = takeWaiter() else { return .none }
            audience = .departed
            return .release(waiter)
        case (.recorded, .promote), (.committing, .promote):
            return takeWaiter().map(LeaveAction.announce) ?? .none
        case (.recorded, .cancel):
            return takeWaiter().map(LeaveAction.requestCancel) ?? .none
        case (.committing, .cancel):
            return takeWaiter().map(LeaveAction.release) ?? .none
        case (.promoting, .promote), (.finished, _), (.deserted, _), (.abandoned, _), (.over, _):
            return .none
        }
    }

    // MARK: The window

    enum WindowAction {
        /// Record the call.
        case promote
        /// Tell the caller of the task.
        case announce(Waiter)
        /// Nothing: an answer is on its way, or was given.
        case none
    }

    mutating func windowPassed() -> WindowAction {
        switch phase {
        case .unrecorded:
            phase = .promoting(nil)
            return .promote
        case .recorded, .committing:
            return takeWaiter().map(WindowAction.announce) ?? .none
        case .promoting, .finished, .deserted, .abandoned, .over:
            return .none
        }
    }

    // MARK: A record before its time

    enum RecordAction {
        /// There is a record.
        case recorded
        /// There is a record: tell the caller of the task.
        case announce(Waiter)
        /// Record the call, then ask again.
        case promote
        /// The record is just being written; ask again.
        case wait
        /// The attempt is over, or is not to have a record.
        case over
    }

    /// The tool wants what only a task can have.
    mutating func demandRecord() -> RecordAction {
        switch phase {
        case .unrecorded:
            mustAnnounce = true
            phase = .promoting(nil)
            return .promote
        case .promoting(nil):
            mustAnnounce = true
            return .wait
        case .recorded:
            mustAnnounce = true
            return takeWaiter().map(RecordAction.announce) ?? .recorded
        case .promoting, .committing, .finished, .deserted, .abandoned, .over: return .over
        }
    }

    /// What follows when the record is written.
    struct Promotion {
        /// Whom to tell of the task.
        var waiter: Waiter?
        /// The outcome to write, if the tool was faster.
        var outcome: ToolOutcome?
        /// Whether to ask for the task to be cancelled, because its caller left meanwhile.
        var mustCancel: Bool
    }

    /// The record is written.
    mutating func promoted() -> Promotion {
        guard case .promoting(let outcome) = phase else { preconditionFailure("only what is being promoted is promoted") }
        phase = outcome.map(Phase.committing) ?? .recorded
        var mustCancel = false
        if case .departed = audience {
            audience = .none
            mustCancel = outcome == nil
        }
        return Promotion(waiter: takeWaiter(), outcome: outcome, mustCancel: mustCancel)
    }

    enum PromotionFailureAction {
        /// The call stays a call; try again later.
        case goOn
        /// The tool has finished: give the outcome to the caller.
        case deliver(ToolOutcome, Waiter)
        /// The caller left meanwhile: stop the tool, whose outcome nobody wants.
        case cancelTool
        /// The caller left meanwhile, and the tool has finished: forget the call.
        case forget
    }

    /// The record could not be written.
    mutating func promotionFailed() -> PromotionFailureAction {
        guard case .promoting(let outcome) = phase else { preconditionFailure("only what is being promoted fails to be") }
        if case .departed = audience {
            audience = .none
            phase = outcome == nil ? .deserted : .over
            return outcome == nil ? .cancelTool : .forget
        }
        guard let outcome else {
            phase = .unrecorded
            return .goOn
        }
        phase = .over
        return takeWaiter().map { .deliver(outcome, $0) } ?? .forget
    }

    // MARK: The end of patience

    enum AbandonAction {
        /// End the record without the tool, and tell a caller who still waits.
        case force(Waiter?)
        /// There is no record: forget the call, and tell a caller who still waits.
        case desert(Waiter?)
        /// The record is just being written; ask again.
        case later
        /// Nothing: the tool has stopped, or there is no record.
        case none
    }

    /// The tool was asked to stop and the grace is over.
    mutating func graceOver() -> AbandonAction {
        switch phase {
        case .recorded:
            phase = .abandoned
            return .force(takeWaiter())
        case .unrecorded, .deserted:
            phase = .deserted
            return .desert(takeWaiter())
        case .promoting(nil): return .later
        case .promoting, .committing, .finished, .abandoned, .over:
            return .none
        }
    }
}
