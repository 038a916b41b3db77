import LegworkCore
import Synchronization

extension Engine {
    /// Lets those hear of notices that are written who follow them, and has the owner woken where nobody does.
    func announce(_ notices: [Notice]) {
        for notice in notices where notice.state == .pending {
            if !followers.ring(notice) { wakeUps?.want(notice.owner) }
        }
    }

    /// Writes a notice outside a change of its task.
    func post(_ request: NoticePost) async throws(StoreError) -> PostResult {
        let result = try await store.post(request)
        switch result {
        case .posted, .coalesced: announce([request.notice])
        case .full, .lost: break
        }
        return result
    }

    /// Tells the owner of a task's end, which was to be the answer to a caller who then left. Its notice gets a new place, which no reader
    /// has passed.
    ///
    /// - Parameter heldBack: what is to be told in channels as well.
    func tellEnd(of id: TaskID, releasing heldBack: [DeliveryID]) async {
        _ = await insistently("the end of \(id) cannot be told") { [self] in
            guard let record = try await store.task(TaskLookup(id, in: .operator)), record.status.isTerminal else { return }
            _ = try await post(NoticePost(Notice(of: record, at: clock.now), token: nil))
        }
        for delivery in heldBack {
            _ = await insistently("that \(delivery) is to be sent cannot be recorded") { [self] in try await release(delivery) }
        }
        answering.withLock { _ = $0.remove(id) }
    }

    /// Says that whoever may have a caller's notices knows of a task's end, from its answer.
    ///
    /// - Parameter heldBack: what is not to be told in channels, unless somebody has asked for it meanwhile.
    func acknowledgeEnd(of id: TaskID, for caller: Caller, withdrawing heldBack: [DeliveryID]) async {
        _ = await insistently("that the end of \(id) was told cannot be recorded") { [self] in
            try await acknowledge(of: id, for: caller.owner, session: nil) { $0.kind.isTerminal }
        }
        if !heldBack.isEmpty {
            _ = await insistently("that the end of \(id) need not be delivered cannot be recorded") { [self] in
                try await withdraw(heldBack, of: id)
            }
        }
        answering.withLock { _ = $0.remove(id) }
    }

    /// Says that what a task's record says is known: notices of the same are no news any more.
    ///
    /// - Parameter isMeant: which of them. Events are no state, and never meant.
    @discardableResult
    func acknowledge(
        of id: TaskID,
        for owner: Owner,
        session: String?,
        _ isMeant: (Notice) -> Bool
    ) async throws(StoreError) -> Int {
        let known = try await stateNotices(of: id, in: .owner(owner), session: session, isMeant)
        guard !known.isEmpty else { return 0 }
        return try await store.mark(
            NoticeMark(.sequences(known.map(\.sequence)), as: .acknowledged, in: .owner(owner), session: session, now: clock.now)
        )
    }

    /// Takes back what is no news once somebody has done something about it. When that fails, it is told for nothing, and no harm is done.
    func withdraw(of record: TaskRecord, _ isMeant: (Notice) -> Bool) async {
        do {
            try await acknowledge(of: record.id, for: record.owner, session: nil, isMeant)
        } catch {
            problem("the notices of \(record.id) that are answered cannot be withdrawn: \(error)")
        }
    }

    private func stateNotices(
        of id: TaskID,
        in scope: Scope,
        session: String? = nil,
        _ isMeant: (Notice) -> Bool
    ) async throws(StoreError) -> [Notice] {
        try await store.notices(NoticeQuery(in: scope, session: session, task: id, limit: 1000))
            .filter { $0.kind != .event && isMeant($0) }
    }

    /// Does something with the store again and again until it can be done, or the process ends.
    func insistently<Value: Sendable>(_ problem: String, _ body: () async throws -> Value) async -> Value? {
        var pause = Duration.milliseconds(100)
        var triesBeforeTheEnd = 5
        while true {
            do {
                return try await body()
            } catch {
                self.problem("\(problem): \(error)")
                if isShuttingDown { triesBeforeTheEnd -= 1 }
                guard Self.mayPass(error), triesBeforeTheEnd >= 0 else { return nil }
                await self.pause(pause)
                pause = min(pause * 2, .seconds(isShuttingDown ? 1 : 5))
            }
        }
    }

    /// Reads notices, without those of ends that a caller is getting as his answer at this moment.
    func notices(_ query: NoticeQuery) async throws(StoreError) -> [Notice] {
        var query = query
        while true {
            let page = try await store.notices(query)
            guard let last = page.last else { return [] }
            let beingAnswered = answering.withLock { $0 }
            if beingAnswered.isEmpty { return page }
            let readable = page.filter { !$0.kind.isTerminal || !beingAnswered.contains($0.task) }
            if !readable.isEmpty || page.count < query.limit { return readable }
            query.after = last.sequence
        }
    }

    /// Reads notices and marks them as delivered.
    func handOut(_ query: NoticeQuery) async throws(StoreError) -> [Notice] {
        let found = try await notices(query)
        let fresh = found.filter { $0.state == .pending }
        guard !fresh.isEmpty else { return found }
        let now = clock.now
        _ = try await store.mark(
            NoticeMark(.sequences(fresh.map(\.sequence)), as: .delivered, in: query.scope, session: query.session, now: now)
        )
        guard fresh.contains(where: { $0.key != nil }) else {
            return found.map { notice in
                var notice = notice
                _ = notice.mark(.delivered, at: now)
                return notice
            }
        }
        // Until it was marked, a notice with a key may have got newer words.
        let meant = Set(found.map(\.sequence))
        return try await store.notices(query).filter { meant.contains($0.sequence) }
    }
}
