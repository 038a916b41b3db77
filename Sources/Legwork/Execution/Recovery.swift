import LegworkCore

extension Engine {
    /// Finds the tasks that processes which are gone were executing, and lets each go on, stop or fail as its tool wants it.
    ///
    /// A store of one process is proof that every other node is gone. With a shared store only a lease that has run out is.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func recoverLostTasks() async throws -> Int {
        var count = 0
        while true {
            let query = LostLeaseQuery(
                expiredBefore: store.isShared ? clock.now : Timestamp(milliseconds: .min),
                notHeldBy: store.isShared ? nil : node
            )
            let lost = try await store.lostLeases(query)
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

    private static let recoveriesAtOnce = 64

    private func recover(_ record: TaskRecord) async throws {
        let token = record.lease?.token
        try await update(record.id, from: record) { record in
            // Somebody else may have taken it up since.
            guard record.status.isExecuting, record.lease?.token == token else { return nil }
            return try record.interrupt(.orphaned, at: clock.now)
        }
    }
}
