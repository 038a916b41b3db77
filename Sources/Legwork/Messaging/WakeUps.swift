import LegworkCore
import Synchronization

/// Calls the wake-up hook for owners whose notices nobody takes.
///
/// The decisions are ``WakeUpQueue``'s. What is to be told is not kept here but read when its time comes, so that nothing grows and
/// nothing is lost with the process.
final class WakeUps: Sendable {
    private struct State {
        var queue: WakeUpQueue
        var isRunning = false
        /// The time that the timer is set to, and the timer.
        var armed: (due: Duration, ticket: DeadlineHeap.Ticket)?
    }

    private static let pageSize = 1000

    private let configuration: WakeUpConfiguration
    private let clock: any TaskClock
    private let state: Lock<State>
    private let signals: AsyncStream<Void>
    private let signalling: AsyncStream<Void>.Continuation

    init(_ configuration: WakeUpConfiguration, clock: any TaskClock) {
        self.configuration = configuration
        self.clock = clock
        state = Lock(State(queue: WakeUpQueue(configuration)))
        (signals, signalling) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// There may be something new for an owner. What comes before ``run(_:)`` is found by it.
    func want(_ owner: Owner) {
        let now = clock.uptime
        let isRunning = state.withLock { state in
            if state.isRunning { state.queue.want(owner, at: now) }
            return state.isRunning
        }
        if isRunning { signalling.yield() }
    }

    /// Somebody follows no more: what was given to him and is not acknowledged is to be told again.
    func followEnded(of owner: Owner, session: String?, _ engine: Engine) async {
        do {
            _ = try await engine.store.mark(
                NoticeMark(.upTo(.max), as: .pending, in: .owner(owner), session: session, now: engine.clock.now)
            )
        } catch {
            engine.problem("the notices that \(owner) was given and has not acknowledged are told again after a restart only: \(error)")
        }
        want(owner)
    }

    /// Wakes all who have something that is not acknowledged, and then whoever gets something, until the Swift task is cancelled.
    func run(_ engine: Engine) async {
        state.withLock { $0.isRunning = true }
        defer { state.withLock { $0.isRunning = false } }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.wantAll(engine) }
            signalling.yield()
            for await _ in signals {
                if Task.isCancelled { break }
                let now = clock.uptime
                let (due, next) = state.withLock { ($0.queue.takeDue(at: now), $0.queue.nextDue) }
                for owner in due {
                    group.addTask { await self.wake(owner, engine) }
                }
                if let next { arm(next, engine) }
            }
            group.cancelAll()
        }
    }

    /// Finds all who have notices that are not acknowledged.
    private func wantAll(_ engine: Engine) async {
        var query = NoticeQuery(in: .operator, limit: Self.pageSize)
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            do {
                let page = try await engine.store.notices(query)
                let untaken = page.filter { !engine.followers.isFollowed($0) }
                // Those that were handed out may have been lost with the process that took them.
                var handedOut: [Owner: [Int64]] = [:]
                for notice in untaken where notice.state == .delivered { handedOut[notice.owner, default: []].append(notice.sequence) }
                for (owner, sequences) in handedOut {
                    _ = try await engine.store.mark(
                        NoticeMark(.sequences(sequences), as: .pending, in: .owner(owner), now: engine.clock.now)
                    )
                }
                for owner in Set(untaken.map(\.owner)) { want(owner) }
                guard page.count == query.limit, let last = page.last else { return }
                query.after = last.sequence
            } catch {
                engine.problem("it cannot be seen who is to be woken: \(error)")
                if error.code == .closed { return }
                guard (try? await clock.sleep(until: clock.uptime + pause)) != nil else { return }
                pause = min(pause * 2, configuration.longestRetry)
            }
        }
    }

    /// Wakes one owner with all that nobody has taken, one conversation after the other.
    private func wake(_ owner: Owner, _ engine: Engine) async {
        var outcome = WakeUpQueue.Outcome.told
        do {
            let query = NoticeQuery(in: .owner(owner), states: [.pending], limit: Self.pageSize)
            let page = try await engine.store.notices(query)
            if page.count == query.limit { outcome = .more }
            let untaken = page.filter { !engine.followers.isFollowed($0) }
            if untaken.isEmpty { outcome = .told }
            var sessions: [String?: [Notice]] = [:]
            for notice in untaken { sessions[notice.session, default: []].append(notice) }
            for (session, notices) in sessions.sorted(by: { $0.value[0].sequence < $1.value[0].sequence }) {
                try await call(owner, session, notices, engine)
                let mark = NoticeMark(
                    .sequences(notices.map(\.sequence)),
                    as: .delivered,
                    in: .owner(owner),
                    session: session,
                    now: engine.clock.now
                )
                _ = try await engine.store.mark(mark)
            }
        } catch {
            outcome = .failed
            if !Task.isCancelled { engine.problem("\(owner) could not be woken: \(error)") }
        }
        let now = clock.uptime
        state.withLock { $0.queue.woke(owner, outcome, at: now) }
        signalling.yield()
    }

    /// Calls the hook, and cancels the call when it takes too long.
    private func call(_ owner: Owner, _ session: String?, _ notices: [Notice], _ engine: Engine) async throws {
        let hook = configuration.hook
        let limit = configuration.timeLimit
        let isOver = Lock(false)
        let call = Task { try await hook.wake(owner, session: session, notices: notices) }
        let ticket = engine.deadlines.schedule(after: limit) {
            isOver.withLock { $0 = true }
            call.cancel()
        }
        defer { engine.deadlines.cancel(ticket) }
        try await withTaskCancellationHandler {
            try await call.value
        } onCancel: {
            call.cancel()
        }
        if isOver.withLock({ $0 }) { throw CancellationError() }
    }

    private func arm(_ due: Duration, _ engine: Engine) {
        let useless = state.withLock { state -> DeadlineHeap.Ticket? in
            if let armed = state.armed, armed.due <= due { return nil }
            let old = state.armed?.ticket
            let ticket = engine.deadlines.schedule(after: max(.zero, due - clock.uptime)) { [weak self] in self?.rang(due) }
            state.armed = (due, ticket)
            return old
        }
        if let useless { engine.deadlines.cancel(useless) }
    }

    private func rang(_ due: Duration) {
        state.withLock { state in
            if state.armed?.due == due { state.armed = nil }
        }
        signalling.yield()
    }
}
