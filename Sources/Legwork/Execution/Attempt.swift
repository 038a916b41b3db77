import LegworkCore
import Synchronization

/// One execution of a call: runs the tool, hears its reports, and sees that its outcome arrives where it belongs.
///
/// The decisions are ``AttemptStateMachine``'s; this class asks it under its lock and acts outside.
final class Attempt: ToolContextHost {
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
        /// The token of the lease, while the attempt is recorded.
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
        var unwritten = UnwrittenReports()
    }

    /// What somebody asked for, outside the attempt's own memory.
    private final class Asked: Sendable {
        let options: CallOptions?
        /// Called when the attempt is over and its outcome is where it belongs.
        let whenOver: (@Sendable () -> Void)?

        init(_ options: CallOptions?, whenOver: (@Sendable () -> Void)? = nil) {
            self.options = options
            self.whenOver = whenOver
        }
    }

    let engine: Engine
    let tool: RegisteredTool
    let arguments: JSONValue
    let caller: Caller
    private let asked: Asked?
    let state: Lock<State>
    /// An attempt of a call that nothing is recorded of.
    init(engine: Engine, tool: RegisteredTool, arguments: JSONValue, caller: Caller, options: CallOptions?) {
        self.engine = engine
        self.tool = tool
        self.arguments = arguments
        self.caller = caller
        asked = options.map { Asked($0) }
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
        whenOver: (@Sendable () -> Void)? = nil
    ) {
        self.engine = engine
        self.tool = tool
        arguments = record.arguments
        caller = record.caller
        asked = options == nil && whenOver == nil ? nil : Asked(options, whenOver: whenOver)
        var state = State(machine: AttemptStateMachine(isRecorded: true, hasCaller: options != nil))
        state.id = record.id
        state.token = record.lease?.token
        state.number = Int32(clamping: record.attempts)
        if asked != nil { state.keeping.lastSeen = record }
        if let checkpoint = record.checkpoint { state.keeping.checkpoint = checkpoint }
        self.state = Lock(state)
        engine.live.add(self, as: record.id)
    }

    /// What the caller asked for.
    var options: CallOptions { asked?.options ?? CallOptions() }

    // MARK: - Running

    /// Starts the tool on this thread; when this returns, the tool has either finished or suspended.
    ///
    /// - Returns: the result of a tool that finished without ever suspending.
    /// - Throws: `CancellationError` when it was cancelled.
    func start() throws -> ToolResult? {
        let work = Task.immediate { await self.run() }
        switch began(work) {
        case nil: return nil
        case .returned(let result): return result
        case .cancelled: throw CancellationError()
        }
    }

    /// Starts the tool on a thread of the global pool; for attempts that nobody waits for.
    func startDetached() {
        _ = began(Task.detached { await self.run() })
    }

    private func began(_ work: Task<Void, Never>) -> ToolOutcome? {
        let (outcome, isCancelled) = state.withLock { state -> (ToolOutcome?, Bool) in
            if let outcome = state.machine.takeFinished() { return (outcome, false) }
            state.work = work
            return (nil, state.isCancelled)
        }
        if isCancelled { work.cancel() }
        // A shutdown that began meanwhile may have looked for attempts before this one was there.
        if outcome == nil, engine.isShuttingDown { interrupt() }
        return outcome
    }

    // Very many tasks may wait in their tools at once, so what follows the tool is kept out of the frame that exists meanwhile.
    private func run() async {
        await finish(await work())
    }

    @inline(never)
    private func work() async -> ToolOutcome {
        do {
            return .returned(try await tool.tool.call(arguments, ToolContext(host: self)))
        } catch {
            return ToolOutcome(thrown: error)
        }
    }

    @inline(never)
    private func finish(_ outcome: ToolOutcome) async {
        switch state.withLock({ $0.machine.toolReturned(outcome) }) {
        case .none: break
        case .deliver(let outcome, let waiter): deliver(outcome, to: waiter)
        case .commit(let outcome): await commit(outcome)
        case .commitLate(let outcome): await keepLate(outcome)
        }
    }

    private func deliver(_ outcome: ToolOutcome, to waiter: Waiter) {
        forgetWindow()
        switch outcome {
        case .returned(let result): waiter.resume(returning: .finished(result))
        case .cancelled: waiter.resume(throwing: CancellationError())
        }
    }

    private func forgetWindow() {
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
                case .parked: if let window { openWindow(window) }
                }
            }
        } onCancel: {
            callerLeft(options.decideWhenCallerLeaves?() ?? options.whenCallerLeaves)
        }
    }

    private func openWindow(_ window: Duration) {
        let ticket = engine.deadlines.schedule(after: window) { [weak self] in self?.windowPassed() }
        state.withLock { $0.keeping.window = ticket }
    }

    private func windowPassed() {
        switch state.withLock({ $0.machine.windowPassed() }) {
        case .none: break
        case .promote: Task { await self.promote() }
        case .announce(let waiter): Task { await self.announce(to: waiter) }
        }
    }

    private func callerLeft(_ policy: CallOptions.CallerLeaves) {
        switch state.withLock({ $0.machine.callerLeft(policy) }) {
        case .none: break
        case .promote: Task { await self.promote() }
        case .announce(let waiter): Task { await self.announce(to: waiter) }
        case .cancelTool(let waiter):
            forgetWindow()
            cancel()
            waiter.resume(throwing: CancellationError())
        case .requestCancel(let waiter):
            waiter.resume(throwing: CancellationError())
            Task { await self.requestCancel() }
        }
    }

    private func requestCancel() async {
        guard let id = state.withLock({ $0.id }) else { return }
        do {
            try await engine.requestCancel(id, in: .operator)
        } catch {
            engine.problem("the cancel of \(id) could not be recorded: \(error)")
            cancel()
        }
    }

    /// Tells the caller of the task that his call has become.
    private func announce(to waiter: Waiter) async {
        do {
            guard let id = state.withLock({ $0.id }), let record = try await engine.store.task(TaskLookup(id, in: .operator)) else {
                throw TaskManagerError(.notFound, "the task of this call was deleted")
            }
            waiter.resume(returning: .task(record))
        } catch {
            waiter.resume(throwing: error)
        }
    }

    // MARK: - Becoming a task

    private func promote() async {
        let now = engine.clock.now
        let lease = engine.newLease()
        let (record, events) = state.withLock { state -> (TaskRecord, [TaskEvent]) in
            let id = state.id ?? engine.configuration.makeID()
            state.id = id
            state.token = lease.token
            var record = newRecord(id: id, lifecycle: .promoted, lease: lease, at: now)
            var events = [record.newEvent(.created, at: now), record.newEvent(.started, at: now, data: TaskEvent.firstAttempt)]
            record.checkpoint = state.kept?.checkpoint
            events += state.takeUnwritten().apply(to: &record, at: now)
            return (record, events)
        }
        // Known before it is recorded, so that a cancel that finds the record finds the attempt.
        engine.live.add(self, as: record.id)
        do {
            switch try await engine.store.insert(InsertRequest(record, events: events)) {
            case .inserted: break
            case .existing, .nameTaken: throw TaskManagerError(.nameTaken, "the name '\(record.name ?? "")' is taken")
            }
        } catch {
            engine.live.remove(record.id)
            promotionFailed(error)
            return
        }
        let (waiter, outcome, mustSchedule) = state.withLock { state in
            let (waiter, outcome) = state.machine.promoted()
            return (waiter, outcome, state.kept?.unwritten.isEmpty == false && state.mustScheduleFlush())
        }
        if mustSchedule { scheduleFlush() }
        waiter?.resume(returning: .task(record))
        engine.watchers.recordChanged(record)
        if let outcome { await commit(outcome) }
    }

    private func promotionFailed(_ error: any Error) {
        engine.problem("a call of '\(tool.descriptor.name)' cannot become a task yet: \(error)")
        switch state.withLock({ $0.machine.promotionFailed() }) {
        case .none: break
        case .deliver(let outcome, let waiter): deliver(outcome, to: waiter)
        case .goOn: openWindow(.seconds(1))
        }
    }

    func newRecord(id: TaskID, lifecycle: TaskLifecycle, lease: Lease?, at now: Timestamp) -> TaskRecord {
        TaskRecord(
            id: id,
            tool: tool.descriptor.name,
            title: options.title ?? tool.tool.title(for: arguments),
            name: options.name,
            caller: caller,
            lineage: options.lineage,
            arguments: arguments,
            recovery: tool.descriptor.recovery,
            lifecycle: lifecycle,
            lease: lease,
            createdAt: now,
            startedAt: now
        )
    }

    // MARK: - Ending

    private func commit(_ outcome: ToolOutcome) async {
        guard let (id, token, isInterrupted) = state.withLock({ $0.commitFacts }) else { return }
        var pause = Duration.milliseconds(100)
        var triesBeforeTheEnd = 5
        var (hint, unwritten) = state.withLock { ($0.kept?.lastSeen, $0.takeUnwritten()) }
        while true {
            do {
                try await engine.update(id, token: token, from: hint) { record in
                    let now = self.engine.clock.now
                    var events = unwritten.apply(to: &record, at: now)
                    let transition = try record.end(with: outcome, isInterrupted: isInterrupted, at: now, limit: self.resultLimit)
                    events += transition.events
                    return TaskRecord.Transition(effects: transition.effects, events: events)
                }
                break
            } catch is Engine.LostLease {
                engine.problem("the result of \(id) came too late: the task is another attempt's")
                break
            } catch let error as StoreError where error.code != .closed && triesBeforeTheEnd > 0 {
                // The work is done and must not be lost: keep it until the store takes it. But a process that is told to stop has to; the
                // next one finds the task and says that it was interrupted.
                if engine.isShuttingDown { triesBeforeTheEnd -= 1 }
                engine.problem("the result of \(id) cannot be recorded yet: \(error)")
                await engine.pause(pause)
                pause = min(pause * 2, .seconds(engine.isShuttingDown ? 1 : 5))
                hint = nil
            } catch {
                engine.problem("the result of \(id) cannot be recorded: \(error)")
                break
            }
        }
        if let (outcome, waiter) = state.withLock({ $0.machine.committed() }) { deliver(outcome, to: waiter) }
        end(id)
    }

    private var resultLimit: Int { engine.configuration.maximumResultBytes }

    private func end(_ id: TaskID) {
        engine.live.remove(id)
        asked?.whenOver?()
    }

    /// Keeps the result of a tool that went on after it was abandoned.
    private func keepLate(_ outcome: ToolOutcome) async {
        guard case .returned(let result) = outcome, let id = state.withLock({ $0.id }) else { return }
        do {
            try await engine.update(id) { record in
                guard record.result == nil else { return nil }
                record.result = result.limited(to: self.resultLimit)
                record.touch(at: self.engine.clock.now)
                return TaskRecord.Transition(effects: [], events: [])
            }
        } catch {
            engine.problem("the late result of \(id) is lost: \(error)")
        }
    }

    // MARK: - Stopping

    /// Tells the tool to stop; abandons it when the grace is over.
    func cancel() {
        let (isFirst, work) = state.withLock { state in
            defer { state.isCancelled = true }
            return (!state.isCancelled, state.work)
        }
        guard isFirst else { return }
        work?.cancel()
        scheduleGrace()
    }

    private func scheduleGrace() {
        engine.deadlines.schedule(after: tool.descriptor.cancelGrace) { [weak self] in self?.graceOver() }
    }

    /// Tells the tool to stop because the process does.
    func interrupt() {
        state.withLock { $0.isInterrupted = true }
        cancel()
    }

    private func graceOver() {
        switch state.withLock({ $0.machine.graceOver() }) {
        case .none: break
        case .later: scheduleGrace()
        case .force(let waiter):
            waiter?.resume(throwing: CancellationError())
            Task { await self.abandon() }
        }
    }

    private func abandon() async {
        guard let (id, token, _) = state.withLock({ $0.commitFacts }) else { return }
        do {
            try await engine.update(id, token: token) { record in
                let now = self.engine.clock.now
                if record.lifecycle.isCancelRequested { return try record.apply(.cancelForced, at: now) }
                return try record.interrupt(.shutdown, at: now)
            }
        } catch {
            engine.problem("the end of \(id), which did not stop when asked to, cannot be recorded: \(error)")
        }
        end(id)
    }
}

extension Attempt.State {
    fileprivate var commitFacts: (TaskID, LeaseToken, Bool)? {
        guard let id, let token else { return nil }
        return (id, token, isInterrupted)
    }

    /// Takes all that was reported and is not in the record, the growth of the output included.
    mutating func takeUnwritten() -> UnwrittenReports {
        guard let kept else { return UnwrittenReports() }
        if let output = kept.output { kept.unwritten.outputGrew(to: output.byteCount) }
        return kept.unwritten.take()
    }
}
