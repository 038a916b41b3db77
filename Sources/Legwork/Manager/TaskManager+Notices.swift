public import LegworkCore

extension TaskManager {
    /// Reads what an owner is told and has not acknowledged yet, in order.
    ///
    /// - Parameters:
    ///   - owner: who is told.
    ///   - session: the conversation that reads: it gets its own notices and those for any. Nil reads all of the owner's.
    ///   - after: only notices after this sequence number.
    ///   - limit: the most notices, 1 to 1000.
    ///   - marksDelivered: whether they count as handed out; a look by somebody else than their receiver should not.
    /// - Throws: ``StoreError``.
    public func notices(
        for owner: Owner,
        session: String? = nil,
        after: Int64 = 0,
        limit: Int = 100,
        marksDelivered: Bool = true
    ) async throws -> [Notice] {
        let query = NoticeQuery(in: .owner(owner), session: session, after: after, limit: limit)
        return marksDelivered ? try await engine.handOut(query) : try await engine.notices(query)
    }

    /// Gives an owner's notices as they come: first those that are not acknowledged, then each as soon as it is written. Nothing polls.
    ///
    /// ```swift
    /// for try await notices in manager.followNotices(for: "session-1") {
    ///     for notice in notices { print(notice.kind, notice.task, notice.text ?? "") }
    ///     if let last = notices.last { _ = try await manager.acknowledge(.upTo(last.sequence), for: "session-1") }
    /// }
    /// ```
    ///
    /// Notices count as delivered when they are given, and stay until they are acknowledged: whoever follows later, also after a restart,
    /// begins with them. While somebody follows, the wake-up hook is not called for what he hears of. Those of other processes are heard
    /// of while ``run()`` runs. The sequence ends when the manager has shut down.
    ///
    /// - Parameters:
    ///   - owner: who is told.
    ///   - session: the conversation that follows, as for ``notices(for:session:after:limit:marksDelivered:)``.
    ///   - after: the sequence number of the last notice that was seen; 0 begins with all that is not acknowledged.
    public func followNotices(for owner: Owner, session: String? = nil, after: Int64 = 0) -> NoticeSequence {
        NoticeSequence(engine: engine, query: NoticeQuery(in: .owner(owner), session: session, after: after))
    }

    /// Gives a conversation blocks for its prompt that tell of active tasks and of what is new, each once.
    ///
    /// - Parameters:
    ///   - owner: who is told.
    ///   - session: the conversation, as for ``notices(for:session:after:limit:marksDelivered:)``.
    public func reminders(for owner: Owner, session: String? = nil) -> ReminderKeeper {
        ReminderKeeper(engine: engine, owner: owner, session: session)
    }

    /// Says that notices have arrived; they are deleted.
    ///
    /// - Parameters:
    ///   - selection: which; those of other owners and of the owner's other conversations are left alone. At most 1000 single ones.
    ///   - owner: whose.
    ///   - session: the conversation that has them; nil speaks for all of the owner's.
    /// - Returns: how many there were.
    /// - Throws: ``TaskManagerError/Code/invalidArgument`` for too many, ``StoreError``.
    @discardableResult
    public func acknowledge(_ selection: NoticeMark.Selection, for owner: Owner, session: String? = nil) async throws -> Int {
        if case .sequences(let sequences) = selection, sequences.count > 1000 {
            throw TaskManagerError(
                .invalidArgument,
                "at most 1000 single notices can be acknowledged at once, not \(sequences.count); acknowledge all up to the last one"
            )
        }
        return try await engine.store.mark(
            NoticeMark(selection, as: .acknowledged, in: .owner(owner), session: session, now: engine.clock.now)
        )
    }
}
