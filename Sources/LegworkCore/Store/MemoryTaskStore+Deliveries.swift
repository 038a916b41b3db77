import Synchronization

extension MemoryTaskStore {
    /// The outbox, found by id, task, channel or place.
    struct DeliveryShelf {
        private struct Due: Comparable {
            var time: Timestamp
            var place: Int64

            static func < (left: Due, right: Due) -> Bool { left.time == right.time ? left.place < right.place : left.time < right.time }
        }

        private var deliveries: [Int64: Delivery] = [:]
        private var places: [DeliveryID: Int64] = [:]
        /// In order, as are those below.
        private var all: [Int64] = []
        private var tasks: [TaskID: [Int64]] = [:]
        private var channels: [ExactText: [Int64]] = [:]
        /// What has not arrived, by channel.
        private var open: [ExactText: [Int64]] = [:]
        private var due: [ExactText: [Due]] = [:]
        private var last: Int64 = 0

        mutating func add(_ delivery: Delivery) {
            guard places[delivery.id] == nil else { return }
            last += 1
            places[delivery.id] = last
            all.append(last)
            tasks[delivery.task, default: []].append(last)
            channels[ExactText(delivery.channel), default: []].append(last)
            put(delivery, at: last)
        }

        func due(_ query: DueDeliveryQuery) -> DueDeliveries {
            var answer = DueDeliveries([], next: nil)
            for entry in due[ExactText(query.channel), default: []] {
                guard let delivery = deliveries[entry.place], !isBehindAnother(delivery, at: entry.place) else { continue }
                guard entry.time <= query.now, answer.deliveries.count < query.limit else {
                    answer.next = entry.time
                    break
                }
                answer.deliveries.append(delivery)
            }
            return answer
        }

        /// Whether an older one for the same place tells of the same task and has not arrived.
        private func isBehindAnother(_ delivery: Delivery, at place: Int64) -> Bool {
            (tasks[delivery.task] ?? []).prefix { $0 < place }.contains { other in
                guard let other = deliveries[other], other.state == .pending else { return false }
                return other.channel.isExactly(delivery.channel) && other.target.isExactly(delivery.target)
            }
        }

        mutating func commit(_ change: DeliveryChange) throws(StoreError) -> DeliveryCommitResult {
            guard let place = places[change.delivery.id], let stored = deliveries[place] else { return .stale(nil) }
            guard stored.version == change.expectedVersion else { return .stale(stored) }
            guard stored.isSameDelivery(as: change.delivery) else {
                throw StoreError(
                    .invalid,
                    "the channel, target and content of \(stored.id) are fixed; commit the delivery with those it has"
                )
            }
            put(change.delivery, at: place)
            return .applied
        }

        func find(_ query: DeliveryQuery) -> DeliveryPage {
            let found = Array(candidates(query).lazy.filter(includes(query)).prefix(query.limit + 1))
            let page = found.prefix(query.limit)
            return DeliveryPage(page.compactMap { deliveries[$0] }, next: found.count > query.limit ? page.last : nil)
        }

        mutating func remove(_ query: DeliveryQuery) -> Int {
            let meant = Array(candidates(query).lazy.filter(includes(query)).prefix(query.limit))
            for place in meant { remove(place) }
            return meant.count
        }

        /// Forgets one that is still to be sent.
        mutating func withdraw(_ id: DeliveryID) {
            if let place = places[id], deliveries[place]?.state == .pending { remove(place) }
        }

        /// Forgets what has arrived of a task that is deleted.
        mutating func taskDeleted(_ task: TaskID) {
            for place in tasks[task] ?? [] where deliveries[place]?.state == .delivered { remove(place) }
        }

        func standings(_ scope: Scope) -> [ChannelStanding] {
            open.compactMap { channel, places in
                var standing = ChannelStanding(channel: channel.text, pending: 0, dead: 0, oldestPending: nil)
                for case let delivery? in places.map({ deliveries[$0] }) where scope.includes(delivery.owner) {
                    switch delivery.state {
                    case .pending:
                        standing.pending = min(standing.pending + 1, ChannelStanding.greatestCount)
                        standing.oldestPending = standing.oldestPending ?? delivery.createdAt
                    case .dead: standing.dead = min(standing.dead + 1, ChannelStanding.greatestCount)
                    case .delivered: break
                    }
                }
                return standing.pending + standing.dead > 0 ? standing : nil
            }.sorted { $0.channel.utf8.lexicographicallyPrecedes($1.channel.utf8) }
        }

        /// The places that may be meant, in order and behind the one that the query names.
        private func candidates(_ query: DeliveryQuery) -> ArraySlice<Int64> {
            let list =
                if let id = query.id {
                    places[id].map { [$0] } ?? []
                } else if let task = query.task {
                    tasks[task] ?? []
                } else if let channel = query.channel {
                    (query.states.isEmpty || query.states.contains(.delivered) ? channels : open)[ExactText(channel)] ?? []
                } else {
                    all
                }
            return list[list.partitioningIndex { $0 > query.after }...]
        }

        private func includes(_ query: DeliveryQuery) -> (Int64) -> Bool {
            { place in deliveries[place].map(query.includes) ?? false }
        }

        private mutating func put(_ delivery: Delivery, at place: Int64) {
            if let before = deliveries[place] { forgetStanding(of: before, at: place) }
            deliveries[place] = delivery
            let channel = ExactText(delivery.channel)
            if delivery.state == .pending { due[channel, default: []].insertSorted(Due(time: delivery.dueAt, place: place)) }
            if delivery.state != .delivered { open[channel, default: []].insertSorted(place) }
        }

        /// Takes a delivery out of the lists of what is to be done.
        private mutating func forgetStanding(of delivery: Delivery, at place: Int64) {
            let channel = ExactText(delivery.channel)
            if delivery.state == .pending { Self.remove(Due(time: delivery.dueAt, place: place), from: &due, channel) }
            if delivery.state != .delivered { Self.remove(place, from: &open, channel) }
        }

        private mutating func remove(_ place: Int64) {
            guard let delivery = deliveries.removeValue(forKey: place) else { return }
            forgetStanding(of: delivery, at: place)
            places[delivery.id] = nil
            all.removeSorted(place)
            Self.remove(place, from: &tasks, delivery.task)
            Self.remove(place, from: &channels, ExactText(delivery.channel))
        }

        private static func remove<Key, Element: Comparable>(_ element: Element, from lists: inout [Key: [Element]], _ key: Key) {
            lists[key]?.removeSorted(element)
            if lists[key]?.isEmpty == true { lists[key] = nil }
        }
    }
}

extension Array where Element: Comparable {
    // In place: a list that somebody else holds meanwhile would be copied each time.
    fileprivate mutating func insertSorted(_ element: Element) {
        if let last, last < element { append(element) } else { insert(element, at: partitioningIndex { $0 >= element }) }
    }

    fileprivate mutating func removeSorted(_ element: Element) {
        let index = partitioningIndex { $0 >= element }
        if index < count, self[index] == element { remove(at: index) }
    }
}

extension Delivery {
    /// Whether it is the same delivery, however far it has come.
    package func isSameDelivery(as other: Delivery) -> Bool {
        id == other.id && channel.isExactly(other.channel) && target.isExactly(other.target)
            && maximumCharacters == other.maximumCharacters && content == other.content && createdAt == other.createdAt
    }
}

extension MemoryTaskStore {
    /// Finds the pending deliveries of a channel of which the time has come.
    public func dueDeliveries(_ query: DueDeliveryQuery) async throws(StoreError) -> DueDeliveries {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.deliveries.due(query)
        }
    }

    /// Replaces a delivery by its next version.
    public func commit(_ change: DeliveryChange) async throws(StoreError) -> DeliveryCommitResult {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            let result = try contents.deliveries.commit(change)
            // What has arrived of a task that is deleted goes as it would have gone with it.
            if result == .applied, contents.entries[change.delivery.task] == nil { contents.deliveries.taskDeleted(change.delivery.task) }
            return result
        }
    }

    /// Reads deliveries.
    public func deliveries(_ query: DeliveryQuery) async throws(StoreError) -> DeliveryPage {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.deliveries.find(query)
        }
    }

    /// Deletes deliveries.
    public func delete(_ query: DeliveryQuery) async throws(StoreError) -> Int {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.deliveries.remove(query)
        }
    }

    /// Reads how much lies there for each channel.
    public func channelStandings(_ scope: Scope) async throws(StoreError) -> [ChannelStanding] {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.checkOpen()
            return contents.deliveries.standings(scope)
        }
    }
}
