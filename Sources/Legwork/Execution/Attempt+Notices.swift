import LegworkCore
import Synchronization

// What the tool tells the owner while it works, and how the owner is told of its end.
extension Attempt {
    // MARK: The end

    /// How long what nobody asked for is held back for a caller to get the end as the answer. It is told if the process dies before.
    private static let answerTime = Duration.seconds(60)

    /// Has the notice of the end count as handed out when a caller waits, who gets the end as the answer to the call, and holds back what
    /// nobody asked to be told. Should the process die before, all of it is there.
    func handOut(_ transition: inout TaskRecord.Transition, of record: TaskRecord) {
        let (hasCaller, id) = state.withLock { state in
            state.isEndHandedOut = state.machine.hasCaller
            return (state.isEndHandedOut, state.id)
        }
        guard let id else { return }
        // This may be a second try, and the caller have left since the first.
        engine.answering.withLock { tasks in
            if hasCaller { tasks.insert(id) } else { tasks.remove(id) }
        }
        guard hasCaller else { return }
        for index in transition.notices.indices { transition.notices[index].handOut() }
        guard !transition.deliveries.isEmpty else { return }
        let asked = Set(record.redirects.filter { !$0.isStanding }.map(\.number))
        let due = engine.clock.now + Self.answerTime
        var heldBack: [DeliveryID] = []
        for (index, delivery) in transition.deliveries.enumerated() where !asked.contains(delivery.id.redirect) {
            transition.deliveries[index].holdBack(until: due)
            heldBack.append(delivery.id)
        }
        if !heldBack.isEmpty { state.withLock { $0.keeping.heldBack = heldBack } }
    }

    /// The caller has the end as the answer: there is nothing left to tell.
    func answered() {
        guard let (id, heldBack) = takeHandedOut() else { return }
        let engine = engine
        engine.live.beginStarting()
        Task {
            await engine.acknowledgeEnd(of: id, for: caller, withdrawing: heldBack)
            engine.live.endStarting()
        }
    }

    /// The caller, who was to get the end as the answer, left while it was being written.
    func callerMissedEnd() async {
        if let (id, heldBack) = takeHandedOut() { await engine.tellEnd(of: id, releasing: heldBack) }
    }

    private func takeHandedOut() -> (TaskID, heldBack: [DeliveryID])? {
        state.withLock { state in
            guard state.isEndHandedOut else { return nil }
            state.isEndHandedOut = false
            guard let id = state.id else { return nil }
            return (id, state.kept?.heldBack ?? [])
        }
    }

    // MARK: Events

    func notify(_ text: String, data: JSONValue?, key: String?) async throws -> PostResult {
        if let excess = data?.excess(bytes: UnwrittenReports.maximumDataBytes) {
            throw TaskManagerError(
                .invalidArgument,
                "the notice cannot be posted: its data cannot be taken, \(excess); post a reference instead"
            )
        }
        try CallLimits.check(noticeKey: key)
        let word = UnpostedNotices.Word(
            text: text.truncated(toBytes: Notice.maximumTextBytes),
            data: data,
            key: key,
            time: engine.clock.now
        )
        let (kept, id, token, lastSeen) = state.withLock { state -> (PostResult?, TaskID?, LeaseToken?, TaskRecord?) in
            switch state.machine.noticePlace {
            case .kept: (state.keeping.unposted.add(word), nil, nil, nil)
            case .store: (nil, state.id, state.token, state.kept?.lastSeen)
            case .nowhere: (.lost, nil, nil, nil)
            }
        }
        if let kept { return kept }
        guard let id, let token else { return .lost }
        var record = lastSeen
        if record == nil { record = try await engine.store.task(TaskLookup(id, in: .operator)) }
        guard let record else { return .lost }
        return try await engine.post(NoticePost(word.notice(of: record), token: token, limit: UnpostedNotices.limit))
    }

    /// Posts what was said while the record was being written.
    func postKept(of record: TaskRecord) async {
        for word in state.withLock({ $0.kept?.unposted.take() ?? [] }) {
            do {
                _ = try await engine.post(NoticePost(word.notice(of: record), token: record.lease?.token, limit: UnpostedNotices.limit))
            } catch {
                engine.problem("what the tool of \(record.id) wanted its owner to know cannot be written: \(error)")
            }
        }
    }
}
