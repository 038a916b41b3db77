import LegworkCore
import Synchronization

/// Makes the tasks of schedules when their time has come. Sleeps until the next time, and until it is woken.
///
/// Whose time has come is read from the store, so that nothing is lost with a process; a schedule moves on in the transaction that records
/// its task, so that of all processes that see the same time one makes the task.
final class Scheduler: Sendable {
    /// Finds the tool that tasks of a name are executed with.
    typealias ToolLookup = @Sendable (String) -> RegisteredTool?

    /// The longest sleep before the next time: the wall clock may be set meanwhile.
    static let longestRest = Duration.seconds(600)
    /// How long to wait after a fault of the store.
    static let pauseAfterFault = Duration.seconds(1)

    /// What to do after a look at the schedules.
    private enum Step: Sendable {
        case lookAgain
        case rest(Duration?)
        case end
    }

    private let wakes: AsyncStream<Void>
    private let waking: AsyncStream<Void>.Continuation

    init() { (wakes, waking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    /// Says that a schedule has changed.
    func wake() { waking.yield() }

    /// Heeds schedules until it is cancelled.
    func run(_ engine: Engine, _ tool: @escaping ToolLookup) async {
        var wakes = wakes.makeAsyncIterator()
        while !Task.isCancelled, !engine.isShuttingDown {
            switch await look(engine, tool) {
            case .lookAgain: continue
            case .end: return
            case .rest(let duration):
                let ticket = duration.map { engine.deadlines.schedule(after: $0) { [waking] in waking.yield() } }
                await wakes.next()
                if let ticket { engine.deadlines.cancel(ticket) }
            }
        }
    }

    private func look(_ engine: Engine, _ tool: ToolLookup) async -> Step {
        let now = engine.clock.now
        let due: DueSchedules
        do throws(StoreError) {
            due = try await engine.store.dueSchedules(DueScheduleQuery(now: now))
        } catch {
            guard error.code != .closed else { return .end }
            engine.problem("schedules cannot be looked at: \(error)")
            return .rest(Self.pauseAfterFault)
        }
        var hasFault = false
        // One that goes wrong holds up no other.
        for record in due.records {
            do throws(StoreError) {
                try await heed(record, engine, tool)
            } catch {
                hasFault = true
                // What failed may be written all the same, and then there is a task.
                engine.workers.wake()
                engine.problem("the schedule \(record.id) (\(record.title)) cannot be heeded yet: \(error)")
            }
            if Task.isCancelled || engine.isShuttingDown { return .end }
        }
        if hasFault { return .rest(Self.pauseAfterFault) }
        if !due.records.isEmpty { return .lookAgain }
        return .rest(due.next.map { min($0 - now, Self.longestRest) })
    }

    /// Makes the tasks of one schedule that are due, each in a transaction with the schedule's next version.
    private func heed(_ record: ScheduleRecord, _ engine: Engine, _ tool: ToolLookup) async throws(StoreError) {
        guard let first = record.nextAt else { return }
        let now = engine.clock.now
        var current = record
        let due: DueTimes
        do throws(ScheduleError) {
            due = try record.text.schedule(now: record.createdAt).due(from: first, now: now, record.catchUp)
        } catch {
            // Such as a zone that the system has no more.
            current.state = .paused
            current.nextAt = nil
            current.problem = error.message
            current.touch(at: now)
            engine.problem("the schedule \(record.id) (\(record.title)) is paused: \(error)")
            _ = try await engine.store.commit(ScheduleChange(current, replacing: record.version))
            return
        }
        for (index, time) in due.times.enumerated() {
            let next = index + 1 < due.times.count ? due.times[index + 1] : due.next
            guard let applied = try await heed(time, of: current, then: next, engine, tool) else { return }
            current = applied
        }
        guard due.times.isEmpty else { return }
        current.advance(to: due.next)
        current.touch(at: now)
        _ = try await engine.store.commit(ScheduleChange(current, replacing: record.version))
    }

    /// - Returns: the schedule's next version; nil when somebody else was faster.
    private func heed(
        _ time: Timestamp,
        of record: ScheduleRecord,
        then next: Timestamp?,
        _ engine: Engine,
        _ tool: ToolLookup
    ) async throws(StoreError) -> ScheduleRecord? {
        var following = record
        following.advance(to: next)
        following.lastAt = time
        following.touch(at: engine.clock.now)
        var task: InsertRequest?
        if try await engine.isHeldUp(record) {
            following.skipped += 1
        } else {
            let request = engine.task(of: record, for: time, tool(record.tool))
            following.lastTask = request.record.id
            following.fired += 1
            following.problem = nil
            task = request
        }
        switch try await engine.store.commit(ScheduleChange(following, replacing: record.version, task: task)) {
        case .stale: return nil
        case .applied(.inserted):
            engine.workers.wake()
            if let task { engine.watchers.recordChanged(task.record) }
        case .applied(.existing), .applied(.nameTaken), .applied(nil): break
        case .applied(.refused(let refusal)):
            return try await leaveOut(time, of: record, following, TaskManagerError(refusal), engine)
        }
        return following
    }

    /// Says with the schedule that a time made no task, and why: its owner reads that, and not this program's log.
    private func leaveOut(
        _ time: Timestamp,
        of record: ScheduleRecord,
        _ following: ScheduleRecord,
        _ reason: TaskManagerError,
        _ engine: Engine
    ) async throws(StoreError) -> ScheduleRecord? {
        engine.problem("the schedule \(record.id) (\(record.title)) made no task for \(time): \(reason.message)")
        var corrected = following
        corrected.fired = record.fired
        corrected.lastTask = record.lastTask
        corrected.skipped += 1
        corrected.problem = "no task was made for \(time): \(reason.message)"
        corrected.touch(at: engine.clock.now)
        guard case .applied = try await engine.store.commit(ScheduleChange(corrected, replacing: following.version)) else { return nil }
        return corrected
    }
}
