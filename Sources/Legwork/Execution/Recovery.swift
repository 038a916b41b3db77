import LegworkCore

extension Engine {
    private static let recoveriesAtOnce = 64

    /// Finds the tasks that processes which are gone were executing, and lets each go on, stop or fail as its tool wants it.
    ///
    /// A store of one process is proof that every other node is gone. Of a shared store's nodes those on this machine are looked at: none of
    /// the leases of one that lives is touched, all of one that is gone are lost at once, and elsewhere only a lease that has run out is.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func recoverLostTasks() async throws -> Int {
        try await recover(
            store.isShared ? try await survey().query : LostLeaseQuery(expiredBefore: Timestamp(milliseconds: .min), notHeldBy: node)
        )
    }

    /// Recovers again and again, until it is cancelled: as soon as a lease falls due, and at a third of a lease's time.
    func keepRecovering() async {
        var pause = Duration.zero
        while (try? await clock.sleep(until: clock.uptime + pause)) != nil, !Task.isCancelled {
            pause = leaseInterval
            do {
                let survey = try await survey()
                try await recover(survey.query)
                if let due = survey.nextEnd { pause = min(pause, max(due - clock.now, .zero) + .milliseconds(1)) }
            } catch {
                problem("tasks of processes that are gone cannot be looked for yet: \(error)")
            }
        }
    }

    /// Looks at the nodes that execute something.
    ///
    /// - Returns: what is lost, and when the next lease ends whose node cannot be seen from here.
    private func survey() async throws -> (query: LostLeaseQuery, nextEnd: Timestamp?) {
        let now = clock.now
        var query = LostLeaseQuery(expiredBefore: now)
        var nextEnd: Timestamp?
        for holder in try await store.leaseHolders() where holder.node != node {
            switch liveness(holder.node) {
            case .alive: query.alive.insert(holder.node)
            case .gone: query.gone.insert(holder.node)
            case .unknown: if holder.firstEnd >= now { nextEnd = min(nextEnd ?? holder.firstEnd, holder.firstEnd) }
            }
        }
        return (query, nextEnd)
    }

    @discardableResult
    private func recover(_ query: LostLeaseQuery) async throws -> Int {
        var count = 0
        while true {
            // What is executed here goes on, though the store may have been away until its lease had ended.
            let lost = try await store.lostLeases(query).filter { live[$0.id] == nil || $0.lease?.node != node }
            guard !lost.isEmpty else { return count }
            // Together, so that a store that writes in groups can.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, record) in lost.enumerated() {
                    if index >= Self.recoveriesAtOnce { try await group.next() }
                    group.addTask { try await self.recover(record) }
                }
                try await group.waitForAll()
            }
            count += lost.count
        }
    }

    private func recover(_ record: TaskRecord) async throws {
        let token = record.lease?.token
        try await update(record.id, from: record) { record in
            // Somebody else may have taken it up since.
            guard record.status.isExecuting, record.lease?.token == token else { return nil }
            return try record.interrupt(.orphaned, at: clock.now)
        }
    }
}
