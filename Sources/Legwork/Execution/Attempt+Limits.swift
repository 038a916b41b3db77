import LegworkCore
import Synchronization

// How long an attempt may go on.
extension Attempt {
    /// Begins to watch over the limits of a task that somebody limited, or that comes from a queue.
    func watchLimits(of record: TaskRecord) {
        var limits = record.terms.limits
        if slot != nil { limits = limits.completed(from: tool.descriptor.limits).completed(from: engine.configuration.queuedTaskLimits) }
        let now = engine.clock.uptime
        let watch = AttemptLimits(limits, deadline: record.terms.deadline.map { $0 - engine.clock.now }, at: now)
        guard watch.isLimited else { return }
        state.withLock { $0.keeping.limits = watch }
        lookAtLimits()
    }

    /// One deadline for each attempt, which is moved when it comes and not whenever there is a sign of life.
    private func lookAtLimits() {
        let now = engine.clock.uptime
        let next = state.withLock { state -> AttemptLimits.Next in
            state.kept?.limitTicket = nil
            guard state.machine.isRecorded, !state.isCancelled else { return .never }
            return state.kept?.limits?.next(at: now) ?? .never
        }
        switch next {
        case .never: break
        case .look(let time):
            let ticket = engine.deadlines.schedule(after: time - now) { [weak self] in self?.lookAtLimits() }
            let isUseless = state.withLock { state in
                guard state.machine.isRecorded else { return true }
                state.keeping.limitTicket = ticket
                return false
            }
            if isUseless { engine.deadlines.cancel(ticket) }
        case .reached(let reason):
            state.withLock { $0.keeping.limitReached = reason }
            cancel()
        }
    }

    func forgetLimits() {
        guard let ticket = state.withLock({ $0.kept?.limitTicket.take() }) else { return }
        engine.deadlines.cancel(ticket)
    }

    /// Does something during which the task rests with somebody else: its place in the pool is free meanwhile, and the idle limit stands still.
    func whileWaiting<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        slot?.beginWait()
        defer { slot?.endWait() }
        return try await whileCalling(body)
    }

    /// Waits for a tool that this attempt's tool has called: the idle limit stands still.
    func whileCalling<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        state.withLock { $0.kept?.limits?.beginWait() }
        defer { state.withLock { $0.kept?.limits?.endWait(at: engine.clock.uptime) } }
        return try await body()
    }

    /// The attempt from a queue that waits when what is being executed does: itself, or the one whose tool called it and waits for the answer.
    static func waiting(in engine: Engine) -> Attempt? {
        var attempt = AmbientLineage.execution as? Attempt
        // Calls within calls are not many; a circle of parents must not catch this.
        for _ in 0..<64 {
            guard let current = attempt, current.engine === engine else { return nil }
            if current.slot != nil { return current }
            guard current.state.withLock({ $0.machine.hasCaller }), let parent = current.lineage.parent else { return nil }
            attempt = engine.live[parent]
        }
        return nil
    }
}

extension Attempt.State {
    /// Hears of a timeline entry: a sign of life, and perhaps the beginning or end of a tool call.
    mutating func noteEntry(_ data: JSONValue?, at now: @autoclosure () -> Duration) {
        guard kept?.limits != nil else { return }
        switch (data?["kind"]?.string, data?["call_id"]?.string, data?["phase"]?.string) {
        case ("tool_call", let id?, "started"): keeping.limits?.callBegan(id, at: now())
        case ("tool_call", let id?, _): keeping.limits?.callEnded(id, at: now())
        case _: keeping.limits?.sign(at: now())
        }
    }
}
