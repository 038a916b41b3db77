import Synchronization

extension MemoryTaskStore.Contents {
    mutating func set(_ update: QueueUpdate) throws(StoreError) {
        try checkOpen()
        queueStates[ExactText(update.queue)] = update.state == .open ? nil : update.state
    }

    func queues() throws(StoreError) -> [QueueStanding] {
        try checkOpen()
        let most = QueueStanding.greatestCount
        var standings: [ExactText: QueueStanding] = [:]
        for (name, counts) in queued.counts() {
            standings[name] = QueueStanding(name.text, ready: min(counts.ready, most), delayed: min(counts.delayed, most))
        }
        for entry in all.live where entry.record.status.isExecuting {
            let queue = entry.record.queue
            let executing = standings[ExactText(queue)]?.executing ?? 0
            standings[ExactText(queue), default: QueueStanding(queue)].executing = min(executing + 1, most)
        }
        for (name, state) in queueStates { standings[name, default: QueueStanding(name.text)].state = state }
        return standings.values.sorted { $0.queue.utf8.lexicographicallyPrecedes($1.queue.utf8) }
    }
}

extension MemoryTaskStore {
    /// Finds tasks that have waited too long.
    public func waiting(_ query: WaitingQuery) async throws(StoreError) -> WaitingReply {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.queued.waiting(query)
        }
    }

    /// Opens, pauses or drains a queue.
    public func set(_ update: QueueUpdate) async throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in try contents.set(update) }
    }

    /// Reads the queues.
    public func queues() async throws(StoreError) -> [QueueStanding] {
        try contents.withLock { (contents) throws(StoreError) in try contents.queues() }
    }
}
