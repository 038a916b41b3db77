import Synchronization

extension MemoryTaskStore {
    /// The schedules, found by id, owner, name or time.
    struct ScheduleShelf {
        private struct Due: Comparable {
            var time: Timestamp
            var id: ScheduleID

            static func < (left: Due, right: Due) -> Bool { left.time == right.time ? left.id < right.id : left.time < right.time }
        }

        private var records: [ScheduleID: ScheduleRecord] = [:]
        /// In order, as are those below.
        private var all: [ScheduleID] = []
        private var owners: [Owner: [ScheduleID]] = [:]
        private var names: [ExactText: [ScheduleID]] = [:]
        private var due: [Due] = []

        subscript(id: ScheduleID) -> ScheduleRecord? { records[id] }

        mutating func insert(_ request: ScheduleInsert) throws(StoreError) -> ScheduleInsertResult {
            let record = request.record
            guard records[record.id] == nil else {
                throw StoreError(.duplicateID, "there is a schedule \(record.id) already; make a new id")
            }
            let others = (owners[record.owner] ?? []).compactMap { records[$0] }
            if let name = record.name, let other = others.first(where: { $0.name.isExactly(name) }) { return .nameTaken(other) }
            guard others.count(where: { $0.state != .ended }) < request.limit else { return .full }
            let ended = others.filter { $0.state == .ended }.sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }
            for old in ended.dropLast(ScheduleInsert.maximumEnded) { remove(old.id) }
            records[record.id] = record
            Self.insert(record.id, into: &all)
            Self.insert(record.id, into: &owners[record.owner, default: []])
            if let name = record.name { Self.insert(record.id, into: &names[ExactText(name), default: []]) }
            plan(record)
            return .inserted
        }

        mutating func replace(by record: ScheduleRecord) {
            if let before = records[record.id] { unplan(before) }
            records[record.id] = record
            plan(record)
        }

        mutating func remove(_ id: ScheduleID) {
            guard let record = records.removeValue(forKey: id) else { return }
            unplan(record)
            Self.remove(id, from: &all)
            if Self.remove(id, from: &owners[record.owner, default: []]) { owners[record.owner] = nil }
            if let name = record.name.map(ExactText.init), Self.remove(id, from: &names[name, default: []]) { names[name] = nil }
        }

        func find(_ query: ScheduleQuery) -> [ScheduleRecord] {
            let ids: [ScheduleID]
            if let reference = query.reference {
                let first = all.partitioningIndex { $0.description >= reference }
                let prefixed = all[first...].prefix { $0.description.hasPrefix(reference) }
                ids = reference.isEmpty ? [] : (Set(prefixed).union(names[ExactText(reference)] ?? [])).sorted()
            } else {
                switch query.scope {
                case .owner(let owner): ids = owners[owner] ?? []
                case .operator: ids = all
                }
            }
            let limit = min(max(1, query.limit), ScheduleQuery.maximumLimit)
            return Array(ids.lazy.compactMap { records[$0] }.filter(query.includes).prefix(limit))
        }

        func due(_ query: DueScheduleQuery) -> DueSchedules {
            let end = due.partitioningIndex { $0.time > query.now }
            let found = due[..<end].prefix(max(0, query.limit)).compactMap { records[$0.id] }
            return DueSchedules(found, next: end < due.count ? due[end].time : nil)
        }

        private mutating func plan(_ record: ScheduleRecord) {
            guard record.state == .active, let time = record.nextAt else { return }
            Self.insert(Due(time: time, id: record.id), into: &due)
        }

        private mutating func unplan(_ record: ScheduleRecord) {
            guard record.state == .active, let time = record.nextAt else { return }
            Self.remove(Due(time: time, id: record.id), from: &due)
        }

        private static func insert<Element: Comparable>(_ element: Element, into list: inout [Element]) {
            list.insert(element, at: list.partitioningIndex { $0 >= element })
        }

        /// - Returns: whether nothing is left.
        @discardableResult
        private static func remove<Element: Comparable>(_ element: Element, from list: inout [Element]) -> Bool {
            let index = list.partitioningIndex { $0 >= element }
            if index < list.count, list[index] == element { list.remove(at: index) }
            return list.isEmpty
        }
    }
}

extension MemoryTaskStore.Contents {
    mutating func commit(_ change: ScheduleChange) throws(StoreError) -> ScheduleCommitResult {
        try checkOpen()
        guard let stored = schedules[change.record.id], stored.version == change.expectedVersion else {
            return .stale(schedules[change.record.id])
        }
        guard stored.owner == change.record.owner, stored.name.isExactly(change.record.name) else {
            throw StoreError(.invalid, "the owner and the name of \(stored.id) are fixed; commit the schedule with those it has")
        }
        var result: InsertResult?
        if let task = change.task { result = try insert(task) }
        schedules.replace(by: change.record)
        return .applied(result)
    }
}

extension MemoryTaskStore {
    /// Records a new schedule.
    public func insert(_ request: ScheduleInsert) async throws(StoreError) -> ScheduleInsertResult {
        let result = try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return try contents.schedules.insert(request)
        }
        if case .inserted = result { scheduleWatchers.send([request.record.id]) }
        return result
    }

    /// Replaces a schedule by its next version, and makes its task.
    public func commit(_ change: ScheduleChange) async throws(StoreError) -> ScheduleCommitResult {
        let (result, evicted) = try contents.withLock { (contents) throws(StoreError) in
            (try contents.commit(change), contents.takeEvicted())
        }
        guard case .applied(let inserted) = result else { return result }
        scheduleWatchers.send([change.record.id])
        if case .inserted = inserted, let task = change.task { watchers.send([task.record.id] + evicted) }
        return result
    }

    /// Deletes a schedule.
    public func delete(_ lookup: ScheduleLookup) async throws(StoreError) -> Bool {
        let isThere = try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            guard let record = contents.schedules[lookup.id], lookup.scope.includes(record.owner) else { return false }
            contents.schedules.remove(lookup.id)
            return true
        }
        if isThere { scheduleWatchers.send([lookup.id]) }
        return isThere
    }

    /// Reads schedules.
    public func schedules(_ query: ScheduleQuery) async throws(StoreError) -> [ScheduleRecord] {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.schedules.find(query)
        }
    }

    /// Finds the schedules of which the time has come.
    public func dueSchedules(_ query: DueScheduleQuery) async throws(StoreError) -> DueSchedules {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.schedules.due(query)
        }
    }

    /// The ids of schedules as they change.
    public func scheduleChanges() -> AsyncStream<[ScheduleID]> { scheduleWatchers.subscribe() }
}
