public import LegworkCore
import Synchronization

/// Keeps the results of a task store in Redis: never lost, and never in the way of who makes them.
///
/// Tasks are recorded in their store as ever; the mirror follows the store's changes and writes each changed task with a ``RedisResultStore``,
/// trying again while Redis is away. How far it has come is kept in Redis, so that after a restart, of this process or of a Redis that
/// forgot something, whatever may be missing is written again. Each task store needs one mirror, and each mirror of one Redis its own name.
public final class ResultMirror: Sendable {
    /// How much of what was already written is written again after a restart, for clocks differ and changes arrive out of order.
    public static let overlap = Duration.seconds(300)

    private enum Phase { case new, running, over }

    private struct Shared {
        var state = MirrorState()
        var phase = Phase.new
        var report = MirrorReport()
        var wake: AsyncStream<Void>.Continuation?
        var flushers: [Int: CheckedContinuation<RedisError?, Never>] = [:]
        var nextFlusher = 0
    }

    let tasks: any TaskStore
    let results: RedisResultStore
    let clock: any TaskClock
    private let positionKey: String
    private let shared = Lock(Shared())

    /// Prepares a mirror.
    ///
    /// - Parameters:
    ///   - tasks: where the tasks are. Who makes the mirror closes it.
    ///   - results: where the results go. Who makes the mirror closes it.
    ///   - name: what the mirror's position is kept under.
    ///   - clock: the time.
    public init(of tasks: any TaskStore, to results: RedisResultStore, name: String = "default", clock: any TaskClock = SystemClock()) {
        self.tasks = tasks
        self.results = results
        self.clock = clock
        positionKey = results.configuration.mirrorPrefix + name
    }

    /// How the mirror stands.
    public var report: MirrorReport {
        shared.withLock { shared in
            var report = shared.report
            report.pending = shared.state.pending.count
            report.refused = shared.state.refused
            return report
        }
    }

    /// Writes what may be unwritten, and then what changes, until the Swift task is cancelled or the task store is closed.
    ///
    /// - Throws: ``RedisError`` when nothing can be written until a person has changed something, such as the password.
    public func run() async throws {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let isAlone = shared.withLock { shared in
            if case .running = shared.phase { return false }
            (shared.phase, shared.wake) = (.running, wake)
            return true
        }
        guard isAlone else { throw RedisError(.refused, "this mirror runs already; call run() once") }
        defer { end() }
        // From now on, so that what changes while the past is looked through is not missed.
        let changes = tasks.changes()
        do {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for await ids in changes { self.change { $0.changed(ids) } }
                    wake.finish()
                }
                group.addTask { try await self.lookThroughRegularly() }
                let position = try await self.loadPosition()
                self.change { $0.start(from: position) }
                for await _ in wakes { try await self.work() }
                group.cancelAll()
            }
        } catch {
            // A cancel shows as whatever was being waited for at the time.
            if Task.isCancelled || error is CancellationError || (error as? StoreError)?.code == .closed { return }
            throw error
        }
    }

    /// Returns when all that the task store held before this call is in Redis. Before ``run()`` it waits for that to begin.
    ///
    /// - Throws: ``RedisError/Code/closed`` when the mirror has ended, ``RedisError/Code/cancelled`` when the Swift task is cancelled.
    public func flushed() async throws(RedisError) {
        let number = shared.withLock { shared in
            shared.nextFlusher += 1
            return shared.nextFlusher
        }
        let error: RedisError? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    if case .over = shared.phase { return true }
                    shared.flushers[number] = continuation
                    shared.state.wait(number)
                    shared.wake?.yield()
                    return false
                }
                if isOver { continuation.resume(returning: Self.ended) }
                // The handler below may have come too early to find it.
                if Task.isCancelled { cancelFlush(number) }
            }
        } onCancel: {
            cancelFlush(number)
        }
        if let error { throw error }
    }

    private static let ended = RedisError(.closed, "the mirror has ended; what is not written will be when it runs again")

    private func cancelFlush(_ number: Int) {
        let continuation = shared.withLock { shared in
            shared.state.forget(number)
            return shared.flushers.removeValue(forKey: number)
        }
        continuation?.resume(returning: RedisError(.cancelled, "the wait for the mirror was cancelled; it goes on"))
    }

    private func end() {
        let flushers = shared.withLock { shared in
            (shared.phase, shared.wake) = (.over, nil)
            defer { shared.flushers = [:] }
            return shared.flushers.values.map(\.self)
        }
        for flusher in flushers { flusher.resume(returning: Self.ended) }
    }

    /// Notes something and wakes the writer.
    private func change(_ body: (inout MirrorState) -> Void) {
        shared.withLock { shared in
            body(&shared.state)
            shared.wake?.yield()
        }
    }

    /// Notes something that needs no waking.
    func note(_ body: (inout MirrorState, inout MirrorReport) -> Void) {
        shared.withLock { body(&$0.state, &$0.report) }
    }

    /// Unfinished tasks are written again before their keys expire, and with them what was refused.
    private func lookThroughRegularly() async throws {
        while true {
            try await clock.sleep(until: clock.uptime + results.configuration.expiry / 2)
            change { $0.requestScan() }
        }
    }
}

// MARK: - Rounds

extension ResultMirror {
    /// Does rounds until there is nothing to do.
    private func work() async throws {
        while let round = shared.withLock({ $0.state.beginRound(at: clock.now) }) {
            if round.isScan { try await scan(round) }
            for start in stride(from: 0, to: round.ids.count, by: Self.chunk) {
                try await write(Array(round.ids[start..<min(start + Self.chunk, round.ids.count)]))
            }
            guard try await savePosition(after: round) else {
                // Who waits for this round waits for what is written again, too.
                note { state, _ in for waiter in round.waiters { state.wait(waiter) } }
                continue
            }
            let flushers = shared.withLock { shared in round.waiters.compactMap { shared.flushers.removeValue(forKey: $0) } }
            for flusher in flushers { flusher.resume(returning: nil) }
        }
    }

    private func loadPosition() async throws -> String {
        let reply = try await persistently { () throws(RedisError) in
            try await self.results.connection.send(RedisCommand("GET", self.positionKey), isRepeatable: true)
        }
        return reply.text ?? ""
    }

    /// Moves the position in Redis, if it may move.
    ///
    /// - Returns: false when something has happened to it: then Redis has lost data, and what it lost is to be looked for first.
    private func savePosition(after round: MirrorState.Round) async throws -> Bool {
        guard let position = shared.withLock({ $0.state.position(after: round) }) else { return true }
        let command = RedisCommand("EVAL", Self.saving, "1", positionKey, round.stored, position.text)
        let reply = try await persistently { () throws(RedisError) in
            try await self.results.connection.send(command, isRepeatable: true)
        }
        guard let found = reply.text, found != position.text else {
            note { state, _ in state.saved(position) }
            return true
        }
        note { state, _ in state.start(from: found) }
        return false
    }

    /// Key: the position. Arguments: what it should be, and what it becomes. Answers with what it was, or with the new one.
    private static let saving = """
        local found = redis.call('GET', KEYS[1]) or ''
        if found ~= ARGV[1] and found ~= ARGV[2] then return found end
        redis.call('SET', KEYS[1], ARGV[2])
        return ARGV[2]
        """
}
