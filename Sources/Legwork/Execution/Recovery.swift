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
            for record in lost {
                let token = record.lease?.token
                try await update(record.id, from: record) { record in
                    // Somebody else may have taken it up since.
                    guard record.status.isExecuting, record.lease?.token == token else { return nil }
                    return try record.interrupt(.orphaned, at: self.clock.now)
                }
                count += 1
            }
        }
    }
}
