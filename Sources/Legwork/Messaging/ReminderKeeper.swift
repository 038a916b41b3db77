import LegworkCore
import Synchronization

/// Gives one conversation its reminders: a block when something has changed since the last one, and nothing otherwise.
///
/// ```swift
/// let reminders = manager.reminders(for: "session-1")
/// if let reminder = try await reminders.next() { prompt += "\n" + reminder.text }
/// ```
///
/// What a block tells counts as arrived when the next one is asked for, or when ``acknowledge()`` says so: a host that dies between reads it
/// again. For one conversation by one host; ask for one block after the other.
public final class ReminderKeeper: Sendable {
    private struct State {
        /// What the last block said of the active tasks.
        var said: [Said] = []
        var count = 0
        /// The place of the last notice that was told.
        var last: Int64 = 0
        /// Told, and not acknowledged.
        var told: [Int64] = []
    }

    private struct Said: Hashable {
        var id: TaskID
        var status: TaskStatus
        var isCancelRequested: Bool
    }

    private let engine: Engine
    private let owner: Owner
    private let session: String?
    private let state = Lock(State())

    init(engine: Engine, owner: Owner, session: String?) {
        self.engine = engine
        self.owner = owner
        self.session = session
    }

    /// The next block; nil when there is nothing to say that the last one did not.
    ///
    /// - Parameter onlyNews: leaves a change of the active tasks alone that no notice tells of, such as a task that was started: whoever
    ///   started it knows.
    /// - Throws: ``StoreError``.
    public func next(onlyNews: Bool = false) async throws -> Reminder? {
        try await acknowledge()
        let last = state.withLock { $0.last }
        let notices = try await engine.handOut(
            NoticeQuery(in: .owner(owner), session: session, after: last, limit: Reminder.maximumNotices)
        )
        if onlyNews, notices.isEmpty { return nil }
        let live = Set(TaskStatus.allCases.filter { !$0.isTerminal })
        let counts = try await engine.store.counts(.owner(owner))
        let count = live.reduce(0) { $0 + counts[$1] }
        var active: [TaskSummary] = []
        if count > 0 {
            active = try await engine.store.tasks(TaskQuery(in: .owner(owner), statuses: live, limit: Reminder.maximumTasks)).tasks
        }
        let said = active.map { Said(id: $0.id, status: $0.status, isCancelRequested: $0.isCancelRequested) }
        let isNews = state.withLock { state in
            let isNews = !notices.isEmpty || state.count != count || (state.said != said && count > 0)
            // That the last task has gone, and its notice was read elsewhere, is nothing to say.
            defer { (state.said, state.count) = (said, count) }
            state.told = notices.map(\.sequence)
            state.last = notices.last?.sequence ?? state.last
            return isNews && (count > 0 || !notices.isEmpty)
        }
        return isNews ? Reminder(active: active, of: count, notices: notices) : nil
    }

    /// Says that the last block has arrived: its notices are done with.
    ///
    /// - Throws: ``StoreError``; it may be said again.
    public func acknowledge() async throws {
        let told = state.withLock { $0.told }
        guard !told.isEmpty else { return }
        _ = try await engine.store.mark(
            NoticeMark(.sequences(told), as: .acknowledged, in: .owner(owner), session: session, now: engine.clock.now)
        )
        state.withLock { state in
            if state.told == told { state.told = [] }
        }
    }
}
