extension MemoryTaskStore.Contents {
    /// Why a new task's family does not take it.
    func refusal(of record: TaskRecord) -> InsertRefusal? {
        if let run = record.lineage.run, cancelledRuns[.init(owner: record.owner, text: run)] != nil { return .runCancelled }
        if let parent = record.lineage.parent, let entry = entries[parent], entry.record.owner == record.owner,
            entry.record.lifecycle.isCancelRequested || entry.record.status == .cancelled
        {
            return .parentCancelled
        }
        if record.status == .queued, queueStates[ExactText(record.queue)] == .draining { return .queueDraining }
        return nil
    }

    mutating func cancel(_ run: RunCancel) throws(StoreError) {
        try checkOpen()
        cancelledRuns = cancelledRuns.filter { $0.value >= run.now + (.zero - RunCancel.memory) }
        cancelledRuns[.init(owner: run.owner, text: run.run)] = run.now
    }

    func descendants(_ query: DescendantQuery) throws(StoreError) -> [TaskSummary]? {
        try checkOpen()
        guard let root = entry(query.id, in: query.scope) else { return nil }
        var seen: Set<TaskID> = [query.id]
        var found: [MemoryTaskStore.Entry] = [root]
        var next = 0
        while next < found.count, found.count <= query.limit {
            for child in children[found[next].record.id] ?? [] where query.scope.includes(child.record.owner) {
                if seen.insert(child.record.id).inserted { found.append(child) }
            }
            next += 1
        }
        return found.dropFirst().prefix(max(0, query.limit)).map { TaskSummary($0.record) }
    }

    mutating func join(_ entry: MemoryTaskStore.Entry, _ lineage: Lineage) {
        if let parent = lineage.parent { Self.add(entry, to: &children[parent, default: []]) }
        if let run = lineage.run { Self.add(entry, to: &runs[ExactText(run), default: []]) }
    }

    mutating func leave(_ entry: MemoryTaskStore.Entry, _ lineage: Lineage) {
        if let parent = lineage.parent, Self.remove(entry, from: &children[parent, default: []]) { children[parent] = nil }
        if let run = lineage.run.map(ExactText.init), Self.remove(entry, from: &runs[run, default: []]) { runs[run] = nil }
    }

    private static func add(_ entry: MemoryTaskStore.Entry, to family: inout [MemoryTaskStore.Entry]) {
        if let last = family.last, last.position > entry.position {
            family.insert(entry, at: family.partitioningIndex { $0.position > entry.position })
        } else {
            family.append(entry)
        }
    }

    /// - Returns: whether nobody is left.
    private static func remove(_ entry: MemoryTaskStore.Entry, from family: inout [MemoryTaskStore.Entry]) -> Bool {
        let index = family.partitioningIndex { $0.position >= entry.position }
        if index < family.count, family[index] === entry { family.remove(at: index) }
        return family.isEmpty
    }
}
