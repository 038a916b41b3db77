extension MemoryTaskStore {
    /// The queued tasks of every queue, the highest priority first, then the oldest. Entries leave lazily: one that is no longer queued, or
    /// waits in another line now, is passed over, and dropped when it is found or when such entries may be more than the others.
    struct ClaimOrder {
        private struct Line {
            /// By priority, the highest first; within one, by position. Removed entries are skipped and dropped later.
            var lanes: [(priority: Int, lane: Lane)] = []
        }

        struct Lane {
            fileprivate var entries: [Entry] = []
            fileprivate var head = 0
            fileprivate var isSorted = true
            /// How many entries there may be before those that have left are looked for.
            fileprivate var room = ClaimOrder.leastRoom
        }

        fileprivate static let leastRoom = 64

        private var lines: [ExactText: Line] = [:]
        /// The tasks whose time has not come, the latest first: they keep out of the way of those that may be claimed.
        private var held: [(time: Timestamp, entry: Entry)] = []
        private var heldRoom = ClaimOrder.leastRoom

        mutating func insert(_ entry: Entry) {
            guard let time = entry.record.notBefore else { return line(up: entry) }
            held.insert((time, entry), at: held.partitioningIndex { $0.time <= time })
            guard held.count > heldRoom else { return }
            held.removeAll { $0.entry.isPurged || $0.entry.record.status != .queued || $0.entry.record.notBefore != $0.time }
            heldRoom = max(Self.leastRoom, held.count * 2)
        }

        private mutating func releaseHeld(at now: Timestamp) {
            while let last = held.last, last.time <= now {
                held.removeLast()
                if last.entry.record.status == .queued, last.entry.record.notBefore == last.time { line(up: last.entry) }
            }
        }

        private mutating func line(up entry: Entry) {
            let priority = entry.record.priority
            let queue = ExactText(entry.record.queue)
            var line = lines.removeValue(forKey: queue) ?? Line()
            let index = line.lanes.firstIndex { $0.priority <= priority } ?? line.lanes.endIndex
            if index == line.lanes.endIndex || line.lanes[index].priority != priority {
                line.lanes.insert((priority, Lane()), at: index)
            }
            line.lanes[index].lane.add(entry) { Self.belongs($0, queue, priority) }
            lines[queue] = line
        }

        private static func belongs(_ entry: Entry, _ queue: ExactText, _ priority: Int) -> Bool {
            let record = entry.record
            return !entry.isPurged && record.status == .queued && record.priority == priority && record.queue.isExactly(queue.text)
        }

        /// The next tasks to claim. Those found here that are queued no more are dropped on the way.
        mutating func candidates(queues: [String], limit: Int, now: Timestamp) -> [Entry] {
            releaseHeld(at: now)
            var found: [Entry] = []
            for queue in queues.isEmpty ? Set(lines.keys) : Set(queues.map(ExactText.init)) {
                guard var line = lines.removeValue(forKey: queue) else { continue }
                var taken = 0
                for index in line.lanes.indices where taken < limit {
                    let priority = line.lanes[index].priority
                    taken += line.lanes[index].lane.collect(into: &found, limit: limit - taken, now: now) {
                        Self.belongs($0, queue, priority)
                    }
                }
                line.lanes.removeAll { $0.lane.isEmpty }
                if !line.lanes.isEmpty { lines[queue] = line }
            }
            found.sort { ($1.record.priority, $0.position) < ($0.record.priority, $1.position) }
            return Array(found.prefix(limit))
        }
    }
}

extension MemoryTaskStore.ClaimOrder.Lane {
    fileprivate var isEmpty: Bool { head == entries.count }

    fileprivate mutating func add(_ entry: MemoryTaskStore.Entry, where belongs: (MemoryTaskStore.Entry) -> Bool) {
        // A task that comes back to its queue keeps its place among those of its priority.
        if let last = entries.last, last.position > entry.position { isSorted = false }
        entries.append(entry)
        guard entries.count > room else { return }
        // Tasks that were cancelled before anybody claimed any must not stay in memory for that.
        entries.removeSubrange(..<head)
        head = 0
        entries.removeAll { !belongs($0) }
        room = max(MemoryTaskStore.ClaimOrder.leastRoom, entries.count * 2)
    }

    /// Adds the first tasks that may be claimed. They stay in the lane, for the caller may take fewer; once claimed they are passed over.
    fileprivate mutating func collect(
        into found: inout [MemoryTaskStore.Entry],
        limit: Int,
        now: Timestamp,
        where belongs: (MemoryTaskStore.Entry) -> Bool
    ) -> Int {
        if !isSorted {
            entries.removeSubrange(..<head)
            head = 0
            entries.sort { $0.position < $1.position }
            isSorted = true
        }
        while head < entries.count, !belongs(entries[head]) { head += 1 }
        if head > 64, head > entries.count / 2 {
            entries.removeSubrange(..<head)
            head = 0
        }
        var taken = 0
        var previous: MemoryTaskStore.Entry?
        for entry in entries[head...] {
            if taken == limit { break }
            guard belongs(entry), entry !== previous else { continue }
            previous = entry
            if let notBefore = entry.record.notBefore, notBefore > now { continue }
            found.append(entry)
            taken += 1
        }
        return taken
    }
}

extension TaskRecord {
    /// Whether a version of the task waits where another does.
    func waitsLike(_ other: TaskRecord) -> Bool {
        status == other.status && priority == other.priority && notBefore == other.notBefore && queue.isExactly(other.queue)
    }
}
