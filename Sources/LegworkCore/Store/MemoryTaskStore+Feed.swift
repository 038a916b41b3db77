extension MemoryTaskStore {
    /// Timeline entries in the order in which they were written, of one owner or of everybody. What was deleted since stays named until as
    /// much again has come.
    struct FeedShelf {
        private(set) var items: [(place: Int64, task: TaskID)] = []
        private var room = 64
        /// The last place of what is kept no more.
        var gone: Int64 = 0

        mutating func add(_ places: Range<Int64>, of task: TaskID, isKept: (Int64, TaskID) -> Bool) {
            if items.count + places.count > room {
                items.removeAll { !isKept($0.place, $0.task) }
                room = max(64, 2 * (items.count + places.count))
            }
            for place in places { items.append((place, task)) }
        }

        mutating func clear() { (items, room) = ([], 64) }
    }

    /// The feeds of all owners, and that of everybody.
    struct FeedShelves {
        fileprivate(set) var all = FeedShelf()
        fileprivate(set) var owners: [Owner: FeedShelf] = [:]
        fileprivate var next: Int64 = 1

        fileprivate mutating func lose(_ place: Int64, of owner: Owner) {
            all.gone = max(all.gone, place)
            owners[owner, default: FeedShelf()].gone = max(owners[owner]?.gone ?? 0, place)
        }
    }
}

extension MemoryTaskStore.Contents {
    /// Gives new entries of a task their places.
    mutating func feed(_ count: Int, of entry: MemoryTaskStore.Entry) {
        let places = feeds.next..<feeds.next + Int64(count)
        feeds.next = places.upperBound
        entry.places.append(contentsOf: places)
        let owner = entry.record.owner
        // The shelf is taken out meanwhile, so that it is not copied.
        var shelf = feeds.owners.removeValue(forKey: owner) ?? MemoryTaskStore.FeedShelf()
        let kept: (Int64, TaskID) -> Bool = { [entries] place, task in entries[task]?.index(ofPlace: place) != nil }
        shelf.add(places, of: entry.record.id, isKept: kept)
        feeds.owners[owner] = shelf
        feeds.all.add(places, of: entry.record.id, isKept: kept)
        guard let range = droppable(of: entry) else { return }
        let end = entry.events.partitioningIndex { $0.sequence > range.upperBound }
        if end > 0 { feeds.lose(entry.places[end - 1], of: owner) }
    }

    /// Notes that a task's entries are gone, and its owner's shelf when that was the owner's last.
    mutating func unfeed(_ entry: MemoryTaskStore.Entry) {
        let owner = entry.record.owner
        if let last = entry.places.last { feeds.lose(last, of: owner) }
        if shelves[owner] == nil { feeds.owners[owner]?.clear() }
    }

    func feed(_ query: FeedQuery) throws(StoreError) -> FeedPage {
        try checkOpen()
        let shelf: MemoryTaskStore.FeedShelf? =
            switch query.scope {
            case .owner(let owner): feeds.owners[owner]
            case .operator: feeds.all
            }
        guard let asked = query.after?.rawValue else {
            return FeedPage([], next: FeedPosition(max(shelf?.items.last?.place ?? 0, shelf?.gone ?? 0)), hasGap: false)
        }
        let isUnknown = asked >= feeds.next
        let after = isUnknown ? 0 : asked
        let hasGap = isUnknown || after < shelf?.gone ?? 0
        var entries: [FeedEntry] = []
        let items = shelf?.items ?? []
        for item in items[items.partitioningIndex { $0.place > after }...] {
            guard entries.count < query.limit else { break }
            guard let entry = self.entries[item.task], let index = entry.index(ofPlace: item.place) else { continue }
            let event = entry.events[index]
            if droppable(of: entry)?.contains(event.sequence) == true { continue }
            entries.append(FeedEntry(position: FeedPosition(item.place), task: item.task, event: event))
        }
        // At the end there is nothing before the end of the gap that was not read.
        let read = max(after, entries.last?.position.rawValue ?? 0)
        let next = entries.count < query.limit ? max(read, shelf?.gone ?? 0) : read
        return FeedPage(entries, next: FeedPosition(next), hasGap: hasGap)
    }
}

extension MemoryTaskStore.Entry {
    /// Where the entry with a place in the feed is; nil when it was dropped.
    fileprivate func index(ofPlace place: Int64) -> Int? {
        let index = places.partitioningIndex { $0 >= place }
        return index < places.count && places[index] == place ? index : nil
    }
}
