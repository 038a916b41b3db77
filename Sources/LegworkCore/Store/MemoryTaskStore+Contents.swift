extension MemoryTaskStore {
    /// One stored task. A class, so that indexes refer to it and a change copies nothing.
    final class Entry {
        let position: Int64
        var record: TaskRecord
        var events: [TaskEvent]
        /// The place in the feed of each of the events.
        var places: [Int64] = []
        var isPurged = false
        /// While it is queued: whether it may be claimed, because its time has come.
        var isReady = false
        /// The sequence of the notice that told of the end, 0 as long as none did: an optional number would cost every task another word.
        /// There is never a second one, also when this was acknowledged.
        var told: Int64 = 0

        init(position: Int64, record: TaskRecord, events: [TaskEvent]) {
            self.position = position
            self.record = record
            self.events = events
        }
    }

    /// The tasks of one owner, or of everybody, in order of arrival.
    struct Shelf {
        /// In order of position. Entries that were purged stay until half of them are gone.
        var entries: [Entry] = []
        var purged = 0
        /// The entries that have not ended, in order of position. Those that have since stay until they are more than half.
        private(set) var live: [Entry] = []
        private var ended = 0
        var finished = FinishedTasks()
        var counts = TaskCounts()

        mutating func add(_ entry: Entry) {
            entries.append(entry)
            counts[entry.record.status] += 1
            if entry.record.status.isTerminal { finished.add(entry) } else { live.append(entry) }
        }

        mutating func move(_ entry: Entry, from before: TaskRecord) {
            finished.move(entry, from: before)
            let after = entry.record.status
            guard before.status != after else { return }
            counts[before.status] -= 1
            counts[after] += 1
            guard after.isTerminal else {
                if before.status.isTerminal { revive(entry) }
                return
            }
            ended += 1
            if ended > 32, ended > live.count / 2 {
                live.removeAll(where: \.record.status.isTerminal)
                ended = 0
            }
        }

        /// An ended task is live again; it may be among the live ones still.
        private mutating func revive(_ entry: Entry) {
            let index = live.partitioningIndex { $0.position >= entry.position }
            if index < live.count, live[index] === entry { ended -= 1 } else { live.insert(entry, at: index) }
        }

        mutating func remove(_ entry: Entry) {
            counts[entry.record.status] -= 1
            finished.forget(entry.record)
            purged += 1
            if purged > 32, purged > entries.count / 2 {
                entries.removeAll(where: \.isPurged)
                purged = 0
            }
        }
    }

    /// A text that belongs to one owner: a name, a key or a run.
    struct NameKey: Hashable {
        private let owner: Owner
        private let text: ExactText

        init(owner: Owner, text: String) {
            self.owner = owner
            self.text = ExactText(text)
        }
    }

    struct Contents {
        let timeline: TimelineLimit
        let maximumFinished: Int?
        /// Those that went to make room, until the store has told of it.
        var evicted: [TaskID] = []
        var isClosed = false
        var nextPosition: Int64 = 1
        var entries: [TaskID: Entry] = [:]
        var all = Shelf()
        var shelves: [Owner: Shelf] = [:]
        var queued = ClaimOrder()
        /// The queues that are not open.
        var queueStates: [ExactText: QueueState] = [:]
        var liveNames: [NameKey: TaskID] = [:]
        /// The tasks that have or had a name.
        var names: [ExactText: [TaskID]] = [:]
        var idempotencyKeys: [NameKey: TaskID] = [:]
        var flightKeys: [NameKey: TaskID] = [:]
        /// The children of each task that has any, and the members of each run, in order of position.
        var children: [TaskID: [Entry]] = [:]
        var runs: [ExactText: [Entry]] = [:]
        var cancelledRuns: [NameKey: Timestamp] = [:]
        var inboxes: [TaskID: Inbox] = [:]
        var deadLetters = DeadLetterShelf()
        var notices = NoticeShelf()
        var schedules = ScheduleShelf()
        var deliveries = DeliveryShelf()
        var feeds = FeedShelves()
        /// Ids by their first four digits; made when the first prefix is looked up, for most processes never do.
        var prefixes: [UInt32: [TaskID]]?

        init(timeline: TimelineLimit, maximumFinished: Int?) {
            self.timeline = timeline
            self.maximumFinished = maximumFinished
        }

        func checkOpen() throws(StoreError) {
            if isClosed { throw StoreError(.closed, "the store was closed") }
        }

        func entry(_ id: TaskID, in scope: Scope) -> Entry? {
            guard let entry = entries[id], scope.includes(entry.record.owner) else { return nil }
            return entry
        }

        mutating func close() {
            self = Contents(timeline: timeline, maximumFinished: maximumFinished)
            isClosed = true
        }
    }
}

// MARK: - Writing

extension MemoryTaskStore.Contents {
    mutating func insert(_ request: InsertRequest) throws(StoreError) -> InsertResult {
        try checkOpen()
        let record = request.record
        if let key = record.idempotencyKey {
            let index = MemoryTaskStore.NameKey(owner: record.owner, text: key)
            if let id = idempotencyKeys[index], let entry = entries[id] { return .existing(entry.record) }
        }
        if let refusal = refusal(of: record) { return .refused(refusal) }
        let flight = record.flightKey.map { MemoryTaskStore.NameKey(owner: record.owner, text: $0) }
        if let flight, let id = flightKeys[flight], let entry = entries[id] { return .existing(entry.record) }
        guard entries[record.id] == nil else {
            throw StoreError(.duplicateID, "there is a task \(record.id) already; make a new id")
        }
        let liveName = record.name.map { MemoryTaskStore.NameKey(owner: record.owner, text: $0) }
        if let liveName, let id = liveNames[liveName], let entry = entries[id] { return .nameTaken(entry.record) }

        let entry = MemoryTaskStore.Entry(position: nextPosition, record: record, events: [])
        append(request.events, to: entry)
        nextPosition += 1
        entries[record.id] = entry
        all.add(entry)
        shelves[record.owner, default: .init()].add(entry)
        if record.status == .queued { queued.insert(entry) }
        if let liveName, !record.status.isTerminal { liveNames[liveName] = record.id }
        if let name = record.name {
            names[ExactText(name), default: []].append(record.id)
        }
        if let flight, !record.status.isTerminal { flightKeys[flight] = record.id }
        if let key = record.idempotencyKey { idempotencyKeys[.init(owner: record.owner, text: key)] = record.id }
        join(entry, record.lineage)
        tell(request.notices, of: entry)
        for delivery in request.deliveries { deliveries.add(delivery) }
        if prefixes != nil { prefixes?[Self.prefixKey(record.id), default: []].append(record.id) }
        makeRoom(for: entry)
        return .inserted
    }

    mutating func claim(_ request: ClaimRequest) throws(StoreError) -> [TaskRecord] {
        try checkOpen()
        var claimed: [TaskRecord] = []
        // Taken out meanwhile, for what is claimed changes the rest of this value; nothing joins a queue by that.
        var queued = self.queued
        self.queued = MemoryTaskStore.ClaimOrder()
        defer { self.queued = queued }
        let paused = Set(queueStates.lazy.filter { $0.value == .paused }.map(\.key))
        try queued.take(request, except: paused) { (entry) throws(StoreError) in
            var next = entry.record
            guard let transition = try? next.claim(under: request.lease, at: request.now) else { return false }
            replace(entry, by: next, events: transition.events)
            tell(transition.notices, of: entry)
            for delivery in transition.deliveries { deliveries.add(delivery) }
            claimed.append(next)
            return true
        }
        return claimed
    }

    mutating func renew(_ request: RenewRequest) throws(StoreError) -> [RenewReply] {
        try checkOpen()
        return request.items.map { item in
            guard let entry = entries[item.id], entry.record.lease?.token == item.token else { return .lost }
            entry.record.extendLease(until: request.expiresAt)
            return .renewed(isCancelRequested: entry.record.lifecycle.isCancelRequested)
        }
    }

    mutating func commit(_ change: TaskChange) throws(StoreError) -> CommitResult {
        try checkOpen()
        guard let entry = entries[change.record.id] else { return .stale(nil) }
        guard entry.record.version == change.expectedVersion, change.token == nil || change.token == entry.record.lease?.token else {
            return .stale(entry.record)
        }
        guard change.record.isSameTask(as: entry.record) else {
            throw StoreError(
                .invalid,
                "the owner, tool, name, keys and inbox of \(entry.record.id) are fixed; commit the record with those it has"
            )
        }
        if entry.record.status.isTerminal, !change.record.status.isTerminal { try comeBack(entry) }
        var next = change.record
        next.keepRenewedLease(of: entry.record)
        if next.status.isTerminal, change.acknowledging > 0 { inboxes[next.id]?.acknowledge(change.acknowledging) }
        replace(entry, by: next, events: change.events)
        tell(change.notices, of: entry)
        for id in change.withdrawing where id.task == next.id { deliveries.withdraw(id) }
        for delivery in change.deliveries { deliveries.add(delivery) }
        return .applied
    }

    mutating func remove(_ entry: MemoryTaskStore.Entry) {
        let record = entry.record
        entries[record.id] = nil
        entry.isPurged = true
        all.remove(entry)
        shelves[record.owner]?.remove(entry)
        if shelves[record.owner]?.counts.total == 0 { shelves[record.owner] = nil }
        unfeed(entry)
        deliveries.taskDeleted(record.id)
        if let key = record.idempotencyKey { idempotencyKeys[.init(owner: record.owner, text: key)] = nil }
        if let name = record.name {
            let name = ExactText(name)
            names[name]?.removeAll { $0 == record.id }
            if names[name]?.isEmpty == true { names[name] = nil }
        }
        leave(entry, record.lineage)
        if prefixes != nil {
            let key = Self.prefixKey(record.id)
            prefixes?[key]?.removeAll { $0 == record.id }
            if prefixes?[key]?.isEmpty == true { prefixes?[key] = nil }
        }
    }

    private mutating func replace(_ entry: MemoryTaskStore.Entry, by next: TaskRecord, events: [TaskEvent]) {
        let before = entry.record
        entry.record = next
        append(events, to: entry)
        if next.status == .queued, !before.waitsLike(next) { queued.insert(entry) }
        all.move(entry, from: before)
        shelves[next.owner]?.move(entry, from: before)
        if before.lineage.parent != next.lineage.parent || !before.lineage.run.isExactly(next.lineage.run) {
            leave(entry, before.lineage)
            join(entry, next.lineage)
        }
        if next.status.isTerminal, !before.status.isTerminal { end(next) }
        makeRoom(for: entry)
    }

    /// Gives a task that had ended what only a live task has.
    private mutating func comeBack(_ entry: MemoryTaskStore.Entry) throws(StoreError) {
        let record = entry.record
        let name = record.name.map { MemoryTaskStore.NameKey(owner: record.owner, text: $0) }
        let flight = record.flightKey.map { MemoryTaskStore.NameKey(owner: record.owner, text: $0) }
        if name.map({ liveNames[$0] != nil }) ?? false || flight.map({ flightKeys[$0] != nil }) ?? false {
            throw StoreError(.invalid, "another live task has the name or flight key of \(record.id) by now; wait for its end")
        }
        if let name { liveNames[name] = record.id }
        if let flight { flightKeys[flight] = record.id }
        entry.told = 0
    }

    /// Lets go of what only a live task has.
    private mutating func end(_ record: TaskRecord) {
        if let name = record.name { free(name, of: record, in: \.liveNames) }
        if let key = record.flightKey { free(key, of: record, in: \.flightKeys) }
        if let inbox = inboxes.removeValue(forKey: record.id) { bury(inbox.messages, of: record, .finished, at: record.updatedAt) }
    }

    private mutating func free(
        _ text: String,
        of record: TaskRecord,
        in index: WritableKeyPath<Self, [MemoryTaskStore.NameKey: TaskID]>
    ) {
        let key = MemoryTaskStore.NameKey(owner: record.owner, text: text)
        if self[keyPath: index][key] == record.id { self[keyPath: index][key] = nil }
    }

    private mutating func append(_ events: [TaskEvent], to entry: MemoryTaskStore.Entry) {
        if events.isEmpty { return }
        entry.events.append(contentsOf: events)
        feed(events.count, of: entry)
        // What is dropped is taken away once there is a good deal of it, so that an entry costs the same however long the timeline is.
        let most = timeline.first + timeline.newest
        guard entry.events.count > most + most / 2, let range = droppable(of: entry) else { return }
        let start = entry.events.partitioningIndex { $0.sequence >= range.lowerBound }
        let end = entry.events.partitioningIndex { $0.sequence > range.upperBound }
        entry.events.removeSubrange(start..<end)
        entry.places.removeSubrange(start..<end)
    }

    /// The sequence numbers of a task's entries that are dropped.
    func droppable(of entry: MemoryTaskStore.Entry) -> ClosedRange<Int>? {
        entry.events.last.flatMap { timeline.droppable(last: $0.sequence) }
    }
}

// MARK: - Reading

extension MemoryTaskStore.Contents {
    mutating func find(_ search: TaskSearch) throws(StoreError) -> [TaskSummary] {
        try checkOpen()
        let found: [MemoryTaskStore.Entry]
        switch search.key {
        case .prefix(let prefix):
            guard TaskID.prefix(from: prefix) == prefix else { return [] }
            found = matches(ofPrefix: prefix).compactMap { entry($0, in: search.scope) }
        case .name(let name):
            found = names[ExactText(name)]?.compactMap { entry($0, in: search.scope) } ?? []
        }
        return
            found
            .sorted { left, right in
                let (leftEnded, rightEnded) = (left.record.status.isTerminal, right.record.status.isTerminal)
                return leftEnded == rightEnded ? left.position > right.position : !leftEnded
            }
            .prefix(max(0, search.limit))
            .map { TaskSummary($0.record) }
    }

    private mutating func matches(ofPrefix prefix: String) -> [TaskID] {
        // The shortest prefix fills the key exactly, so that one bucket holds every match.
        var digits = prefix
        while digits.utf8.count < TaskID.length { digits += "a" }
        guard let first = TaskID(digits) ?? TaskID(digits.dropLast() + "a") else { return [] }
        if prefixes == nil {
            var index: [UInt32: [TaskID]] = [:]
            for id in entries.keys { index[Self.prefixKey(id), default: []].append(id) }
            prefixes = index
        }
        return prefixes?[Self.prefixKey(first)]?.filter { $0.description.hasPrefix(prefix) } ?? []
    }

    private static func prefixKey(_ id: TaskID) -> UInt32 { UInt32(truncatingIfNeeded: id.high >> 44) }

    func tasks(_ query: TaskQuery) throws(StoreError) -> TaskPage {
        try checkOpen()
        guard let candidates = candidates(query) else { return TaskPage([], next: nil) }
        let end = query.cursor.map { cursor in candidates.partitioningIndex { $0.position >= cursor.position } } ?? candidates.count
        var found: [TaskSummary] = []
        var last: Int64 = 0
        let limit = min(max(1, query.limit), TaskQuery.maximumLimit)
        for entry in candidates[..<end].reversed()
        where !entry.isPurged && query.scope.includes(entry.record.owner) && matches(entry.record, query) {
            if found.count == limit { return TaskPage(found, next: TaskCursor(position: last)) }
            found.append(TaskSummary(entry.record))
            last = entry.position
        }
        return TaskPage(found, next: nil)
    }

    /// The fewest entries, in order of position, among which all that are asked for must be.
    private func candidates(_ query: TaskQuery) -> [MemoryTaskStore.Entry]? {
        if let parent = query.parent { return children[parent] }
        if let run = query.run { return runs[ExactText(run)] }
        let shelf: MemoryTaskStore.Shelf? =
            switch query.scope {
            case .owner(let owner): shelves[owner]
            case .operator: all
            }
        // Live tasks are few beside the finished ones, and most lists ask for them.
        let onlyLive = !query.statuses.isEmpty && query.statuses.allSatisfy { !$0.isTerminal }
        return onlyLive ? shelf?.live : shelf?.entries
    }

    private func matches(_ record: TaskRecord, _ query: TaskQuery) -> Bool {
        (query.statuses.isEmpty || query.statuses.contains(record.status))
            && (query.tool.map { $0.isExactly(record.tool) } ?? true)
            && (query.parent.map { $0 == record.lineage.parent } ?? true)
            && (query.run.map { record.lineage.run.isExactly($0) } ?? true)
            && (query.queue.map { $0.isExactly(record.queue) } ?? true)
            && (query.reason.map { record.reason?.rawValue.isExactly($0.rawValue) ?? false } ?? true)
            && (query.name.map { record.name.isExactly($0) } ?? true)
            && (query.idPrefix.map { record.id.description.utf8.starts(with: $0.utf8) } ?? true)
            && (query.createdSince.map { $0 <= record.createdAt } ?? true)
            && (query.createdBefore.map { record.createdAt < $0 } ?? true)
    }

    func leaseHolders() throws(StoreError) -> [LeaseHolder] {
        try checkOpen()
        var firstEnds: [NodeID: Timestamp] = [:]
        for entry in all.live where entry.record.status.isExecuting {
            guard let lease = entry.record.lease else { continue }
            firstEnds[lease.node] = min(firstEnds[lease.node] ?? lease.expiresAt, lease.expiresAt)
        }
        return firstEnds.map { LeaseHolder($0.key, firstEnd: $0.value) }
            .sorted { $0.node.name.utf8.lexicographicallyPrecedes($1.node.name.utf8) }
    }

    func lostLeases(_ query: LostLeaseQuery) throws(StoreError) -> [TaskRecord] {
        try checkOpen()
        let lost = all.live.filter { entry in
            guard entry.record.status.isExecuting, let lease = entry.record.lease else { return entry.record.status.isExecuting }
            return lease.expiresAt < query.expiredBefore && !query.alive.contains(lease.node)
                || (query.notHeldBy.map { lease.node != $0 } ?? false) || query.gone.contains(lease.node)
        }
        return lost.sorted { $0.position < $1.position }.prefix(max(0, query.limit)).map(\.record)
    }
}
