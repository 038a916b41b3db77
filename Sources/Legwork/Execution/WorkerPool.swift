import LegworkCore
import Synchronization

/// Takes queued tasks and executes them, at most so many at once. Sleeps until it is woken: by a task that joins its queue, by a place that
/// comes free, or by the one alarm, for the first of: a task whose time comes, one that will have waited too long, a token of a rate.
final class WorkerPool: Sendable {
    /// The longest alarm, for clocks on the wall are set now and then.
    private static let longestAlarm: Duration = .seconds(3600)

    private struct State {
        /// How many more tasks may begin; negative when attempts that had given their place back go on.
        var free: Int
        var gate: QueueGate?
        /// Whether to find out what the queues wait for.
        var mustLook = true
        var alarm: (time: Timestamp, ticket: DeadlineHeap.Ticket)?
        /// When tasks were last claimed.
        var lastClaim = Timestamp(milliseconds: .max)

        mutating func takeLook() -> Bool {
            defer { mustLook = false }
            return mustLook
        }

        /// Tasks are claimed. Where the clock went back, some that had joined the line wait once more, and somebody has to set the alarm for them.
        mutating func claims(at now: Timestamp) {
            if now < lastClaim { mustLook = true }
            lastClaim = now
        }
    }

    private let state: Lock<State>
    private let wakes: AsyncStream<Void>
    private let waking: AsyncStream<Void>.Continuation

    init(slots: Int, gate: QueueGate) {
        state = Lock(State(free: max(1, slots), gate: gate.hasLimits ? gate : nil))
        (wakes, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be something to do.
    func wake() { waking.yield() }

    /// Says that others may have changed what the queues wait for.
    func lookAgain() {
        state.withLock { $0.mustLook = true }
        wake()
    }

    /// Says that a task has joined its queue.
    func joined(_ record: TaskRecord, _ engine: Engine) {
        if let time = [record.notBefore, record.waitsUntil].compactMap(\.self).min() { setAlarm(at: time, engine) }
        wake()
    }

    /// Ends ``run(_:start:)``.
    func stop() { waking.finish() }

    /// Claims and starts tasks until it is stopped or cancelled.
    ///
    /// - Parameters:
    ///   - engine: whose tasks.
    ///   - start: begins an attempt, which ends its slot when it is over.
    func run(_ engine: Engine, start: @Sendable (TaskRecord, WorkerSlot) async -> Void) async {
        wake()
        for await _ in wakes {
            if engine.isShuttingDown { return }
            await claim(engine, start: start)
        }
    }

    private func claim(_ engine: Engine, start: @Sendable (TaskRecord, WorkerSlot) async -> Void) async {
        while true {
            if state.withLock({ $0.takeLook() }) { await look(engine) }
            let (room, gate) = state.withLock { ($0.free, $0.gate) }
            guard room > 0 else { return }
            // A shutdown waits for what is being claimed, or comes first.
            engine.live.beginStarting()
            defer { engine.live.endStarting() }
            if engine.isShuttingDown { return }
            let now = engine.clock.now
            state.withLock { $0.claims(at: now) }
            let claimed: [TaskRecord]
            do {
                claimed = try await engine.store.claim(
                    ClaimRequest(lease: engine.newLease(), queues: engine.configuration.queues, limit: room, now: now, gate: gate)
                )
            } catch {
                engine.problem("no task can be taken from the queue: \(error)")
                if error.code != .closed { tryAgain(engine) }
                return
            }
            guard !claimed.isEmpty else {
                // What was due has joined the line, though it may not begin: now it is known what is due next.
                if state.withLock({ $0.mustLook }) { continue }
                if let time = gate?.nextToken(after: now) { setAlarm(at: time, engine) }
                return
            }
            let slots = claimed.map { WorkerSlot(self, ClaimLane($0)) }
            state.withLock { state in
                state.free -= claimed.count
                for slot in slots { state.gate?.admit(slot.lane, at: now) }
            }
            for (record, slot) in zip(claimed, slots) {
                if engine.isShuttingDown {
                    await giveBack(record, slot, engine)
                    continue
                }
                engine.watchers.recordChanged(record)
                await start(record, slot)
            }
        }
    }

    /// Puts a claimed task, whose tool was not started, back into its queue.
    private func giveBack(_ record: TaskRecord, _ slot: WorkerSlot, _ engine: Engine) async {
        _ = await engine.persist("the return to the queue", of: record.id, token: record.lease?.token, from: record) { record in
            try record.apply(.interrupted(.shutdown), at: engine.clock.now)
        }
        slot.end()
    }

    // MARK: Places

    /// A place comes free.
    func leave(_ lane: ClaimLane) {
        state.withLock { state in
            state.free += 1
            state.gate?.leave(lane)
        }
        wake()
    }

    /// An attempt that had given its place back goes on, over the limit by one if need be.
    func reenter(_ lane: ClaimLane) {
        state.withLock { state in
            state.free -= 1
            state.gate?.reenter(lane)
        }
    }

    // MARK: Time

    /// Ends what has waited too long, and sets the alarm for what is next.
    private func look(_ engine: Engine) async {
        let limit = 100
        do {
            while true {
                let now = engine.clock.now
                let reply = try await engine.store.waiting(WaitingQuery(at: now, limit: limit))
                for record in reply.overdue { try await engine.endWaiting(record) }
                guard reply.overdue.count < limit else { continue }
                if let time = reply.nextOverdue { setAlarm(at: time, engine) }
                if let time = reply.nextStart {
                    // What may begin already leaves the line with the next claim, and only then it is known who is next.
                    if time > now { setAlarm(at: time, engine) } else { state.withLock { $0.mustLook = true } }
                }
                return
            }
        } catch {
            engine.problem("tasks that have waited too long cannot be looked for yet: \(error)")
            if (error as? StoreError)?.code != .closed { tryAgain(engine) }
        }
    }

    private func tryAgain(_ engine: Engine) {
        // With the one alarm: an alarm for each failure would ring for ever once there were several, each for the next.
        setAlarm(at: engine.clock.now + .seconds(1), engine)
    }

    private func setAlarm(at time: Timestamp, _ engine: Engine) {
        let delay = min(max(time - engine.clock.now, .zero), Self.longestAlarm)
        state.withLock { state in
            if let alarm = state.alarm {
                guard time < alarm.time else { return }
                engine.deadlines.cancel(alarm.ticket)
            }
            let ticket = engine.deadlines.schedule(after: delay) { [weak self] in self?.alarmRings(at: time) }
            state.alarm = (time, ticket)
        }
    }

    private func alarmRings(at time: Timestamp) {
        state.withLock { if $0.alarm?.time == time { $0.alarm = nil } }
        lookAgain()
    }
}

extension Engine {
    /// Ends a task that has waited too long in its queue.
    func endWaiting(_ record: TaskRecord) async throws {
        try await update(record.id, from: record) { record in
            let now = clock.now
            guard record.status == .queued, let end = record.waitsUntil, end <= now else { return nil }
            let isDeadline = record.terms.deadline.map { $0 <= now } ?? false
            record.failure =
                isDeadline
                ? "its deadline came while it waited in the queue '\(record.queue)'"
                : "it waited in the queue '\(record.queue)' longer than it may; give it more time, or the queue more workers"
            return try record.apply(.limitReached(.queueLimit), at: now)
        }
    }
}
