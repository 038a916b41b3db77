extension MemoryTaskStore.Contents {
    mutating func purge(_ request: PurgeRequest) throws(StoreError) -> [TaskID] {
        try checkOpen()
        let kinds = Self.kinds(request.statuses, includesKept: request.includesKept)
        let limit = min(request.limit, finished(in: request.scope) { $0.count(kinds) } - max(0, request.leaving))
        guard limit > 0 else { return [] }
        let chosen: [MemoryTaskStore.Entry]
        if let ids = request.ids {
            let asked = ids.compactMap { entry($0, in: request.scope) }.filter { entry in
                guard let kind = MemoryTaskStore.FinishedTasks.Kind(entry.record) else { return false }
                return kinds.contains(kind) && entry.record.finishedAt.map { $0 < request.finishedBefore } ?? false
            }
            chosen = Array(asked.sorted(by: MemoryTaskStore.Entry.endedEarlier).prefix(limit))
        } else {
            chosen = finished(in: request.scope) { $0.first(limit, of: kinds, endedBefore: request.finishedBefore) }
        }
        for entry in chosen { remove(entry) }
        return chosen.map(\.record.id)
    }

    private static func kinds(_ statuses: Set<TaskStatus>, includesKept: Bool) -> [MemoryTaskStore.FinishedTasks.Kind] {
        statuses.filter(\.isTerminal).flatMap { status in
            (includesKept ? [false, true] : [false]).map { .init(status, isKept: $0) }
        }
    }

    /// Looks at what has ended in a scope, where it lies.
    private mutating func finished<Answer>(in scope: Scope, _ body: (inout MemoryTaskStore.FinishedTasks) -> Answer) -> Answer {
        switch scope {
        case .operator: return body(&all.finished)
        case .owner(let owner):
            guard shelves[owner] != nil else {
                var none = MemoryTaskStore.FinishedTasks()
                return body(&none)
            }
            return body(&shelves[owner, default: .init()].finished)
        }
    }
}

// MARK: - The bound

extension MemoryTaskStore.Contents {
    private static let evictable = kinds(Set(TaskStatus.allCases), includesKept: false)

    /// Lets go of those that ended first when more have ended than there is room for; not of the one that it is done for.
    mutating func makeRoom(for entry: MemoryTaskStore.Entry) {
        guard let maximumFinished, entry.record.status.isTerminal else { return }
        while all.finished.count(Self.evictable) > max(1, maximumFinished) {
            let first = all.finished.first(2, of: Self.evictable, endedBefore: Timestamp(milliseconds: .max))
            guard let oldest = first.first(where: { $0 !== entry }) else { return }
            remove(oldest)
            evicted.append(oldest.record.id)
        }
    }

    /// The tasks that went to make room since this was last asked.
    mutating func takeEvicted() -> [TaskID] {
        guard !evicted.isEmpty else { return [] }
        defer { evicted = [] }
        return evicted
    }
}
