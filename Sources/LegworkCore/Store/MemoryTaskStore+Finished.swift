extension MemoryTaskStore {
    /// The tasks of one shelf that have ended, by status and by whether they are kept, each kind in the order in which they ended: what a purge
    /// looks for stands first, whatever else there is.
    struct FinishedTasks {
        /// A status, kept or not.
        struct Kind: Hashable {
            var status: TaskStatus
            var isKept: Bool

            init(_ status: TaskStatus, isKept: Bool) {
                self.status = status
                self.isKept = isKept
            }

            /// nil for a task that has not ended.
            init?(_ record: TaskRecord) {
                guard record.status.isTerminal, record.finishedAt != nil else { return nil }
                self.init(record.status, isKept: record.isKept)
            }
        }

        private var rows: [Kind: Row] = [:]

        mutating func add(_ entry: Entry) {
            guard let kind = Kind(entry.record) else { return }
            rows[kind, default: Row(kind)].add(entry)
        }

        /// Puts an entry where it now belongs.
        mutating func move(_ entry: Entry, from before: TaskRecord) {
            guard Kind(before) != Kind(entry.record) else { return }
            // A task that is tried again has no end any more, by which its place could be found later. Where it was while it was kept, or
            // was not, it may still lie.
            if !entry.record.status.isTerminal, before.status.isTerminal {
                for isKept in [false, true] { rows[Kind(before.status, isKept: isKept)]?.remove(entry, that: before) }
            }
            forget(before)
            add(entry)
        }

        /// Counts an entry no more that has been purged, or has changed.
        mutating func forget(_ record: TaskRecord) {
            if let kind = Kind(record) { rows[kind]?.loseOne() }
        }

        func count(_ kinds: [Kind]) -> Int { kinds.reduce(0) { $0 + (rows[$1]?.count ?? 0) } }

        /// Those of some kinds that ended first.
        mutating func first(_ limit: Int, of kinds: [Kind], endedBefore end: Timestamp) -> [Entry] {
            var found: [Entry] = []
            for kind in kinds { found += rows[kind]?.first(limit, endedBefore: end) ?? [] }
            if kinds.count > 1 { found.sort(by: Entry.endedEarlier) }
            return Array(found.prefix(limit))
        }
    }
}

extension MemoryTaskStore.FinishedTasks {
    /// The tasks of one kind. Those that have left stay in the array until they stand first or are more than the others.
    private struct Row {
        private let kind: Kind
        private var entries: [MemoryTaskStore.Entry] = []
        /// Before this, all have left.
        private var start = 0
        private(set) var count = 0

        init(_ kind: Kind) { self.kind = kind }

        mutating func add(_ entry: MemoryTaskStore.Entry) {
            count += 1
            let place = entry.finishPlace
            guard let last = entries.last, start < entries.count, last.finishPlace >= place else { return entries.append(entry) }
            let index = entries[start...].partitioningIndex { $0.finishPlace >= place }
            // It may have left and come back.
            if entries[index] !== entry { entries.insert(entry, at: index) }
        }

        /// Takes out an entry that stands where an earlier version of its record ended.
        mutating func remove(_ entry: MemoryTaskStore.Entry, that record: TaskRecord) {
            let place = FinishPlace(record, at: entry.position)
            let index = entries[start...].partitioningIndex { $0.finishPlace >= place }
            if index < entries.endIndex, entries[index] === entry { entries.remove(at: index) }
        }

        mutating func loseOne() {
            count -= 1
            if entries.count - count > max(32, count) {
                entries = entries[start...].filter(isHere)
                start = 0
            }
        }

        mutating func first(_ limit: Int, endedBefore end: Timestamp) -> [MemoryTaskStore.Entry] {
            while start < entries.count, !isHere(entries[start]) { start += 1 }
            return Array(
                entries[start...].lazy
                    .prefix { $0.finishPlace < FinishPlace(time: end, position: .min) }
                    .filter(isHere)
                    .prefix(limit)
            )
        }

        private func isHere(_ entry: MemoryTaskStore.Entry) -> Bool { !entry.isPurged && Kind(entry.record) == kind }
    }
}

/// The place of a task among those that have ended: by time, then by arrival.
private struct FinishPlace: Comparable {
    var time: Timestamp
    var position: Int64

    init(time: Timestamp, position: Int64) {
        self.time = time
        self.position = position
    }

    init(_ record: TaskRecord, at position: Int64) {
        self.init(time: record.finishedAt ?? Timestamp(milliseconds: .max), position: position)
    }

    static func < (left: FinishPlace, right: FinishPlace) -> Bool {
        (left.time, left.position) < (right.time, right.position)
    }
}

extension MemoryTaskStore.Entry {
    static func endedEarlier(_ left: MemoryTaskStore.Entry, _ right: MemoryTaskStore.Entry) -> Bool { left.finishPlace < right.finishPlace }

    fileprivate var finishPlace: FinishPlace { FinishPlace(record, at: position) }
}
