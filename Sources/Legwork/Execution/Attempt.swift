import LegworkCore
import Synchronization

/// One execution of a call: runs the tool, hears its reports, and sees that its outcome arrives where it belongs.
///
/// The decisions are ``AttemptStateMachine``'s; this class asks it under its lock and acts outside.
final class Attempt: ToolContextHost, LineageSource {
    typealias Waiter = CheckedContinuation<CallOutcome, any Error>

    struct State {
        // In an order that leaves few gaps.
        var machine: AttemptStateMachine<Waiter>
        var number: Int32 = 1
        var id: TaskID?
        var isCancelled = false
        /// The process shuts down: being stopped is no failure of the tool.
        var isInterrupted = false
        var isFlushScheduled = false
        /// Whether a write of this attempt is in flight: there is one at a time, so that nothing in the record goes back.
        var isWriting = false
        /// Whether the notice of the end is written as handed out, because the caller gets the end as the answer.
        var isEndHandedOut = false
        /// The token of the lease, from when the attempt is recorded.
        var token: LeaseToken?
        var work: Task<Void, Never>?
        /// What most attempts never have, outside their own memory: there may be very many, and most calls end at once.
        private(set) var kept: Kept?

        /// The same, made when there is none.
        var keeping: Kept {
            mutating get {
                if let kept { return kept }
                let new = Kept()
                kept = new
                return new
            }
        }
    }

    /// What an attempt has when its caller waits, its tool reports, or an earlier attempt left something.
    final class Kept {
        /// The record as this attempt last saw it, which saves a read when it writes next. Not kept in the background, where there are
        /// many attempts and a read is nothing beside their time.
        var lastSeen: TaskRecord?
        var window: DeadlineHeap.Ticket?
        var checkpoint: JSONValue?
        var output: OutputFile?
        /// The folder of the task's artifacts, once there was one.
        var artifacts: ArtifactHold?
        /// The calls that an agent has begun and not ended.
        var openCalls: [String: TimelineEntryDraft.OpenCall] = [:]
        /// Whether the tool was told to stop because the task is another attempt's.
        var hasLostLease = false
        var unwritten = UnwrittenReports()
        /// How long the attempt may go on, where there is a limit, when that is looked at next, and the limit that was reached.
        var limits: AttemptLimits?
        var limitTicket: DeadlineHeap.Ticket?
        var limitReached: TaskReason?
        /// What the owner is to be told when the call has become a task.
        var unposted = UnpostedNotices()
        /// Reads the inbox, once the tool has asked for a message.
        var inbox: InboxReader?
        /// What is told in channels of the end unless the caller gets it as the answer.
        var heldBack: [DeliveryID] = []
        /// Who sends the tool's messages, once it has sent one.
        var correspondent: Correspondent?
        /// Who waits until it is known whether the call has become a task.
        var awaitingRecord: [CheckedContinuation<Void, Never>] = []
        /// The writes that wait for the one in flight.
        var waitingWrites: [CheckedContinuation<Void, Never>] = []

        /// Whether the attempt has left files.
        var hasFiles: Bool { output != nil || artifacts != nil }

        /// Lets go of the files.
        ///
        /// - Returns: whether there were any.
        func takeFiles() -> Bool {
            defer { (output, artifacts) = (nil, nil) }
            return hasFiles
        }
    }

    /// What somebody asked for, outside the attempt's own memory.
    private final class Asked: Sendable {
        let options: CallOptions?
        /// The attempt's place in the pool, when it comes from a queue.
        let slot: WorkerSlot?

        init(_ options: CallOptions?, slot: WorkerSlot? = nil) {
            self.options = options
            self.slot = slot
        }
    }

    let engine: Engine
    let tool: RegisteredTool
    let arguments: JSONValue
    let caller: Caller
    let lineage: Lineage
    private let asked: Asked?
    let state: Lock<State>

    /// An attempt of a call that nothing is recorded of.
    init(engine: Engine, tool: RegisteredTool, arguments: JSONValue, caller: Caller, options: CallOptions) {
        self.engine = engine
        self.tool = tool
        self.arguments = arguments
        self.caller = caller
        lineage = options.lineage
        asked = Asked(options)
        state = Lock(State(machine: AttemptStateMachine(isRecorded: false, hasCaller: true)))
    }

    /// An attempt of a call that nothing is recorded of, of which the caller asked nothing in particular.
    init(engine: Engine, tool: RegisteredTool, arguments: JSONValue, caller: Caller) {
        self.engine = engine
        self.tool = tool
        self.arguments = arguments
        self.caller = caller
        lineage = .none
        asked = nil
        state = Lock(State(machine: AttemptStateMachine(isRecorded: false, hasCaller: true)))
    }

    /// An attempt of a recorded task.
    ///
    /// - Parameter options: what the caller asked for, when there is one who waits.
    init(
        engine: Engine,
        tool: RegisteredTool,
        record: TaskRecord,
        options: CallOptions? = nil,
        slot: WorkerSlot? = nil
    ) {
        self.engine = engine
        self.tool = tool
        arguments = record.arguments
        caller = record.caller
        lineage = record.lineage
        asked = options == nil && slot == nil ? nil : Asked(options, slot: slot)
        var state = State(machine: AttemptStateMachine(isRecorded: true, hasCaller: options != nil))
        state.id = record.id
        state.token = record.lease?.token
        state.number = Int32(clamping: record.attempts)
        if asked != nil { state.keeping.lastSeen = record }
        if let checkpoint = record.checkpoint { state.keeping.checkpoint = checkpoint }
        self.state = Lock(state)
        engine.live.add(self, as: record.id)
        if slot != nil || record.terms != .none { watchLimits(of: record) }
    }

    var owner: Owner? { caller.owner }

    var lineageOfChildren: Lineage { Lineage(parent: taskID, run: lineage.run, call: lineage.call, agent: lineage.agent) }

    /// What the caller asked for.
    var options: CallOptions { asked?.options ?? CallOptions() }

    /// The attempt's place in the pool, when it comes from a queue.
    var slot: WorkerSlot? { asked?.slot }

    // MARK: - Running

    /// Starts the tool on this thread; when this returns, the tool has either finished or suspended.
    ///
    /// - Returns: the result of a tool that finished without ever suspending.
    /// - Throws: `CancellationError` when it was cancelled.
    func start() throws -> ToolResult? {
        // Bound around the making of the task, which inherits it: binding it inside would cost half as much again as the whole call.
        let work = AmbientLineage.$object.withValue(self) { Task.immediate { await self.run() } }
        switch began(work) {
        case nil: return nil
        case .returned(let result):
            engine.tally.finishedCall()
            return result
        case .cancelled, .snoozed: throw CancellationError()
        }
    }

    /// Starts the tool on a thread of the global pool; for attempts that nobody waits for.
    func startDetached() {
        _ = began(AmbientLineage.$object.withValue(self) { Task { await self.run() } })
    }

    private func began(_ work: Task<Void, Never>) -> ToolOutcome? {
        let (outcome, isUnrecorded, hasFiles, isCancelled) = state.withLock { state -> (ToolOutcome?, Bool, Bool, Bool) in
            if let outcome = state.machine.takeFinished() { return (outcome, state.token == nil, state.kept?.hasFiles == true, false) }
            state.work = work
            return (nil, state.token == nil, false, state.isCancelled)
        }
        if let outcome {
            if !isUnrecorded {
                answered()
            } else if hasFiles {
                forgetCall()
            }
            return outcome
        }
        if isUnrecorded {
            engine.live.add(call: self)
            // A tool that asked something may have become a task meanwhile.
            if state.withLock({ $0.token != nil }) { engine.live.forget(call: self) }
        }
        if isCancelled { work.cancel() }
        // A shutdown that began meanwhile may have looked for attempts before this one was there.
        if engine.isShuttingDown { interrupt() }
        return nil
    }

    // Very many tasks may wait in their tools at once, so what follows the tool is kept out of the frame that exists meanwhile.
    private func run() async {
        await finish(await work())
    }

    @inline(never)
    private func work() async -> ToolOutcome {
        do {
            let result = try await tool.tool.call(arguments, ToolContext(host: self))
            if tool.descriptor.hasInbox { inbox?.toolReturned() }
            return .returned(result)
        } catch {
            return ToolOutcome(thrown: error)
        }
    }

    @inline(never)
    private func finish(_ outcome: ToolOutcome) async {
        let action = state.withLock { state in
            switch outcome {
            case .cancelled where !state.isCancelled: state.machine.toolReturned(.stoppedItself)
            // Only what nobody waits for can go on later.
            case .snoozed(let duration) where !state.machine.isRecorded || state.machine.hasCaller:
                state.machine.toolReturned(.returned(.error(Snooze(duration: duration).description)))
            case .returned, .cancelled, .snoozed: state.machine.toolReturned(outcome)
            }
        }
        switch action {
        case .none: break
        case .deliver(let outcome, let waiter): deliver(outcome, to: waiter)
        case .commit(let outcome): await commit(outcome)
        case .commitLate(let outcome): await keepLate(outcome)
        case .forget: forgetCall()
        }
    }

    func deliver(_ outcome: ToolOutcome, to waiter: Waiter) {
        forgetCall()
        switch outcome {
        case .returned(let result):
            engine.tally.finishedCall()
            waiter.resume(returning: .finished(result))
        case .cancelled, .snoozed: waiter.resume(throwing: whyStopped)
        }
        answered()
    }

    /// What a caller is told whose tool was told to stop.
    var whyStopped: any Error {
        let (isInterrupted, id, hasLostLease) = state.withLock {
            ($0.isInterrupted, $0.token == nil ? nil : $0.id, $0.kept?.hasLostLease == true)
        }
        if let id, hasLostLease {
            return TaskManagerError(.leaseLost, "another process has taken over the task of this call, \(id), whose lease had run out")
        }
        guard isInterrupted else { return CancellationError() }
        let task = id.map { "; its task is \($0)" } ?? "; try again when it is back"
        return TaskManagerError(.shuttingDown, "the daemon is shutting down and has interrupted the call" + task)
    }

    /// Lets go of what is kept for a caller who waits and, where nothing is recorded, of everything that the call has left.
    func forgetCall() {
        let (window, isUnrecorded, files) = state.withLock { state in
            let isUnrecorded = state.token == nil
            return (state.kept?.window.take(), isUnrecorded, isUnrecorded && state.kept?.takeFiles() == true ? state.id : nil)
        }
        if let window { engine.deadlines.cancel(window) }
        if let files {
            engine.output?.remove(files)
            engine.artifacts?.remove(files)
        }
        if isUnrecorded { engine.live.forget(call: self) }
    }

    func forgetWindow() {
        if let ticket = state.withLock({ $0.kept?.window.take() }) { engine.deadlines.cancel(ticket) }
    }

    // MARK: - The caller

    /// Waits for the outcome, or for the call to become a task.
    @inline(never)
    func outcome(within window: Duration?) async throws -> CallOutcome {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                switch state.withLock({ $0.machine.park(waiter) }) {
                case .deliver(let outcome, let waiter): deliver(outcome, to: waiter)
                case .leave(let policy): callerLeft(policy)
                case .announce(let waiter): Task { await self.announce(to: waiter) }
                case .parked: if let window { openWindow(window) }
                }
            }
        } onCancel: {
            callerLeft(CallPlan.whenCallerLeaves(tool, options))
        }
    }

    func openWindow(_ window: Duration) {
        let ticket = engine.deadlines.schedule(after: window) { [weak self] in self?.windowPassed() }
        // The tool may have returned, and the caller may have left, before there was a ticket to be forgotten.
        let useless = state.withLock { state -> DeadlineHeap.Ticket? in
            guard state.machine.hasCaller else { return ticket }
            defer { state.keeping.window = ticket }
            return state.keeping.window
        }
        if let useless { engine.deadlines.cancel(useless) }
    }

    private func windowPassed() {
        switch state.withLock({ $0.machine.windowPassed() }) {
        case .none: break
        case .promote: Task { await self.promote() }
        case .announce(let waiter): Task { await self.announce(to: waiter) }
        }
    }

    private func callerLeft(_ policy: CallOptions.CallerLeaves) {
        let action = state.withLock { $0.machine.callerLeft(policy) }
        if case .none = action { return }
        forgetWindow()
        switch action {
        case .none: break
        case .promote: Task { await self.promote() }
        case .announce(let waiter): Task { await self.announce(to: waiter) }
        case .cancelTool(let waiter):
            cancel()
            waiter.resume(throwing: CancellationError())
        case .release(let waiter): waiter.resume(throwing: CancellationError())
        case .requestCancel(let waiter):
            waiter.resume(throwing: CancellationError())
            Task { await self.requestCancel() }
        }
    }

    func requestCancel() async {
        guard let id = state.withLock({ $0.id }) else { return }
        do {
            try await engine.requestCancel(id, in: .operator)
        } catch {
            engine.problem("the cancel of \(id) could not be recorded: \(error)")
            cancel()
        }
    }

    /// Tells the caller of the task that his call has become.
    func announce(to waiter: Waiter) async {
        let (id, lastSeen) = state.withLock { ($0.id, $0.kept?.lastSeen) }
        do {
            guard let id, let record = try await engine.store.task(TaskLookup(id, in: .operator)) else {
                throw TaskManagerError(.notFound, "the task of this call was deleted")
            }
            engine.tally.promotedCall()
            waiter.resume(returning: .task(record))
        } catch let error as StoreError {
            // The id is what the caller needs, and it is durable.
            waiter.resume(with: lastSeen.map { .success(.task($0)) } ?? .failure(error))
        } catch {
            waiter.resume(throwing: error)
        }
    }
}
