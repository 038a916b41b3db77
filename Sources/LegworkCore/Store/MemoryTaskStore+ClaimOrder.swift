extension MemoryTaskStore {
    /// The queued tasks: in lanes those that may begin, and aside those whose time has not come. Entries leave lazily: one that is no longer
    /// queued, or waits elsewhere now, is passed over, and dropped when it is found or when such entries may be more than the others.
    struct ClaimOrder {
        /// A task that waits for a time.
        private struct Waiting: Comparable {
            var time: Timestamp
            var entry: Entry

            static func == (left: Self, right: Self) -> Bool { left.time == right.time && left.entry.position == right.entry.position }
            static func < (left: Self, right: Self) -> Bool {
                (left.time, left.entry.position) < (right.time, right.entry.position)
            }

            var isHeld: Bool { !entry.isPurged && !entry.isReady && entry.record.status == .queued && entry.record.notBefore == time }
            var isPatient: Bool { !entry.isPurged && entry.record.status == .queued && entry.record.waitsUntil == time }
        }

        fileprivate static let leastRoom = 64

        private var order = ClaimLanes()
        private var lanes: [ClaimLane: Lane] = [:]
        /// The tasks whose time has not come: they keep out of the way of those that may be claimed.
        private var held = MinHeap<Waiting>()
        private var lastRelease = Timestamp(milliseconds: .min)
        private var heldRoom = ClaimOrder.leastRoom
        /// The tasks that may not wait without end.
        private var patient = MinHeap<Waiting>()
        private var patientRoom = ClaimOrder.leastRoom

        mutating func insert(_ entry: Entry) {
            if let end = entry.record.waitsUntil {
                patient.insert(Waiting(time: end, entry: entry))
                if patient.count > patientRoom {
                    patient.removeAll { !$0.isPatient }
                    patientRoom = max(Self.leastRoom, patient.count * 2)
                }
            }
            guard let time = entry.record.notBefore else { return line(up: entry) }
            entry.isReady = false
            held.insert(Waiting(time: time, entry: entry))
            guard held.count > heldRoom else { return }
            held.removeAll { !$0.isHeld }
            heldRoom = max(Self.leastRoom, held.count * 2)
        }

        private mutating func releaseHeld(at now: Timestamp) {
            if now < lastRelease { holdAgain(at: now) }
            lastRelease = now
            while let first = held.first, first.time <= now {
                held.removeFirst()
                if first.isHeld { line(up: first.entry) }
            }
        }

        /// The clock went back: what had joined the line waits once more.
        private mutating func holdAgain(at now: Timestamp) {
            for (lane, content) in lanes {
                for entry in content.all where Self.belongs(entry, lane) {
                    guard let time = entry.record.notBefore, time > now else { continue }
                    entry.isReady = false
                    held.insert(Waiting(time: time, entry: entry))
                }
                lanes[lane]?.removeAll { !$0.isReady }
            }
        }

        private mutating func line(up entry: Entry) {
            let lane = ClaimLane(entry.record)
            entry.isReady = true
            lanes[lane, default: Lane()].add(entry) { Self.belongs($0, lane) }
            order.add(lane, at: entry.position)
        }

        private static func belongs(_ entry: Entry, _ lane: ClaimLane) -> Bool {
            !entry.isPurged && entry.isReady && entry.record.status == .queued && ClaimLane(entry.record) == lane
        }

        /// Takes the next tasks, as far as a closure can claim them.
        mutating func take(
            _ request: ClaimRequest,
            except closed: Set<ExactText>,
            claim: (Entry) throws(StoreError) -> Bool
        ) throws(StoreError) {
            guard request.limit > 0 else { return }
            releaseHeld(at: request.now)
            var found: Entry?
            var lanes = lanes
            self.lanes = [:]
            defer { self.lanes = lanes }
            var entries: [Int64: Entry] = [:]
            try order.take(
                request.limit,
                of: request.queues,
                except: closed,
                gate: request.gate,
                now: request.now
            ) { (lane, _) throws(StoreError) in
                found = lanes[lane]?.first { Self.belongs($0, lane) }
                guard let found else {
                    lanes[lane] = nil
                    return nil
                }
                entries[found.position] = found
                return found.position
            } claim: { (position) throws(StoreError) in
                guard let entry = entries.removeValue(forKey: position) else { return false }
                return try claim(entry)
            }
        }

        /// The tasks that have waited too long, and when others will have, or may begin.
        mutating func waiting(_ query: WaitingQuery) -> WaitingReply {
            var reply = WaitingReply()
            var overdue: [Waiting] = []
            while let first = patient.first {
                guard first.isPatient else {
                    patient.removeFirst()
                    continue
                }
                guard first.time <= query.now else {
                    reply.nextOverdue = first.time
                    break
                }
                patient.removeFirst()
                if overdue.last != first { overdue.append(first) }
            }
            // They stay until they are queued no more.
            for waiting in overdue { patient.insert(waiting) }
            reply.overdue = overdue.prefix(max(0, query.limit)).map(\.entry.record)
            while let first = held.first, !first.isHeld { held.removeFirst() }
            reply.nextStart = held.first?.time
            return reply
        }

        /// The names of the queues, how many tasks of each may begin, and how many wait for their time.
        func counts() -> [ExactText: (ready: Int, delayed: Int)] {
            var counts: [ExactText: (ready: Int, delayed: Int)] = [:]
            for (lane, content) in lanes {
                let ready = content.count(upTo: QueueStanding.greatestCount) { Self.belongs($0, lane) }
                if ready > 0 { counts[lane.queue, default: (0, 0)].ready += ready }
            }
            var seen: Set<Int64> = []
            for waiting in held.all where waiting.isHeld && seen.insert(waiting.entry.position).inserted {
                counts[ExactText(waiting.entry.record.queue), default: (0, 0)].delayed += 1
            }
            return counts
        }
    }

    /// The tasks of one lane, the oldest first.
    struct Lane {
        private var entries: [Entry] = []
        private var head = 0
        private var isSorted = true
        /// How many entries there may be before those that have left are looked for.
        private var room = ClaimOrder.leastRoom

        mutating func add(_ entry: Entry, where belongs: (Entry) -> Bool) {
            // A task that comes back to its queue keeps its place among those of its priority.
            if let last = entries.last, last.position > entry.position { isSorted = false }
            entries.append(entry)
            guard entries.count > room else { return }
            // Tasks that were cancelled before anybody claimed any must not stay in memory for that.
            entries.removeSubrange(..<head)
            head = 0
            entries.removeAll { !belongs($0) }
            room = max(ClaimOrder.leastRoom, entries.count * 2)
        }

        /// The first task that may be claimed. It stays; once claimed it is passed over.
        mutating func first(where belongs: (Entry) -> Bool) -> Entry? {
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
            return head < entries.count ? entries[head] : nil
        }

        var all: ArraySlice<Entry> { entries[head...] }

        mutating func removeAll(where isGone: (Entry) -> Bool) {
            entries.removeSubrange(..<head)
            head = 0
            entries.removeAll(where: isGone)
        }

        func count(upTo limit: Int, where belongs: (Entry) -> Bool) -> Int {
            var seen: Set<Int64> = []
            for entry in entries[head...] where belongs(entry) && seen.insert(entry.position).inserted && seen.count == limit { break }
            return seen.count
        }
    }
}

extension TaskRecord {
    /// Whether a version of the task waits where another does.
    func waitsLike(_ other: TaskRecord) -> Bool {
        status == other.status && priority == other.priority && notBefore == other.notBefore && waitsUntil == other.waitsUntil
            && queue.isExactly(other.queue)
    }
}
