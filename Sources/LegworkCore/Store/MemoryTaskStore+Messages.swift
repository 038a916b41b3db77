extension MemoryTaskStore {
    /// The messages of one task that has not ended.
    struct Inbox {
        /// What lies there, the oldest first.
        private(set) var messages: [TaskMessage] = []
        private var bytes = 0
        private var last = 0
        /// The ids of what lies there and of what was taken lately.
        private var ids: Set<MessageID> = []
        /// Messages that were taken, by which a repeated one is known, the first ``forgotten`` of them no more.
        private var taken: [(id: MessageID, place: Int)] = []
        private var forgotten = 0

        mutating func add(_ message: TaskMessage, limit: InboxLimit) -> SendResult {
            if ids.contains(message.id) { return .duplicate }
            let size = message.content.jsonBytes().count
            guard messages.count < limit.count, bytes + size <= limit.bytes else { return .full(unread: messages.count) }
            last += 1
            bytes += size
            ids.insert(message.id)
            var message = message
            (message.sequence, message.deliveries) = (last, 0)
            messages.append(message)
            return .queued(sequence: last)
        }

        mutating func acknowledge(_ sequence: Int) {
            let count = messages.partitioningIndex { $0.sequence > sequence }
            guard count > 0 else { return }
            for message in messages[..<count] { remember(message) }
            messages.removeSubrange(..<count)
        }

        /// Takes out the first messages that were given too often. They were not taken, so that each can be sent again.
        mutating func giveUp(after deliveries: Int) -> [TaskMessage] {
            let count = messages.firstIndex { $0.deliveries < deliveries } ?? messages.count
            let lost = Array(messages[..<count])
            for message in lost {
                bytes -= message.content.jsonBytes().count
                ids.remove(message.id)
            }
            messages.removeSubrange(..<count)
            if let place = lost.last?.sequence { forget(before: place) }
            return lost
        }

        mutating func deliver(_ limit: Int) -> [TaskMessage] {
            for index in messages.indices.prefix(max(0, limit)) { messages[index].deliveries += 1 }
            return Array(messages.prefix(max(0, limit)))
        }

        private mutating func remember(_ message: TaskMessage) {
            bytes -= message.content.jsonBytes().count
            taken.append((message.id, message.sequence))
            forget(before: message.sequence)
        }

        private mutating func forget(before place: Int) {
            while forgotten < taken.count, taken[forgotten].place <= place - InboxLimit.remembered {
                ids.remove(taken[forgotten].id)
                forgotten += 1
            }
            guard forgotten > InboxLimit.remembered else { return }
            taken.removeFirst(forgotten)
            forgotten = 0
        }
    }

    /// The dead letters, by the owner of their sender.
    struct DeadLetterShelf {
        private var letters: [Owner: [DeadLetter]] = [:]
        private var last: Int64 = 0

        mutating func add(_ letter: DeadLetter) {
            last += 1
            var letter = letter
            letter.number = last
            let owner = letter.message.sender.owner
            letters[owner, default: []].append(letter)
            let excess = letters[owner, default: []].count - DeadLetter.maximumPerOwner
            if excess > 0 { letters[owner]?.removeFirst(excess) }
        }

        func find(_ query: DeadLetterQuery) -> [DeadLetter] {
            let shelf =
                switch query.scope {
                case .owner(let owner): letters[owner] ?? []
                case .operator: letters.values.flatMap { $0 }.sorted { $0.number < $1.number }
                }
            guard !query.numbers.isEmpty else {
                return Array(shelf[shelf.partitioningIndex { $0.number > query.after }...].prefix(query.limit))
            }
            return Array(
                Set(query.numbers).sorted().lazy
                    .filter { $0 > query.after }
                    .compactMap { number in
                        let index = shelf.partitioningIndex { $0.number >= number }
                        return index < shelf.count && shelf[index].number == number ? shelf[index] : nil
                    }
                    .prefix(query.limit)
            )
        }

        mutating func remove(_ doomed: [DeadLetter]) {
            for (owner, some) in Dictionary(grouping: doomed, by: \.message.sender.owner) {
                let numbers = Set(some.map(\.number))
                letters[owner]?.removeAll { numbers.contains($0.number) }
                if letters[owner]?.isEmpty == true { letters[owner] = nil }
            }
        }
    }
}

extension MemoryTaskStore.Contents {
    mutating func send(_ request: SendRequest) throws(StoreError) -> SendResult {
        try checkOpen()
        guard let entry = entry(request.recipient, in: request.scope) else { return .notFound }
        return put(request.message, into: entry, limit: request.limit)
    }

    private mutating func put(_ message: TaskMessage, into entry: MemoryTaskStore.Entry, limit: InboxLimit) -> SendResult {
        guard entry.record.hasInbox else { return .noInbox }
        guard !entry.record.status.isTerminal else { return .finished(entry.record.status) }
        return inboxes[entry.record.id, default: .init()].add(message, limit: limit)
    }

    mutating func take(_ request: TakeRequest) throws(StoreError) -> TakeReply {
        try checkOpen()
        guard let entry = entries[request.id], entry.record.lease?.token == request.token else { return .lost }
        guard inboxes[request.id] != nil else { return .messages([]) }
        inboxes[request.id, default: .init()].acknowledge(request.acknowledging)
        let lost = inboxes[request.id, default: .init()].giveUp(after: request.maximumDeliveries)
        bury(lost, of: entry.record, .gaveUp, at: request.now)
        return .messages(inboxes[request.id, default: .init()].deliver(request.limit))
    }

    mutating func bury(_ messages: [TaskMessage], of record: TaskRecord, _ reason: DeadLetter.Reason, at now: Timestamp) {
        for message in messages {
            deadLetters.add(DeadLetter(message, to: record.id, of: record.owner, named: record.name, reason: reason, at: now))
        }
    }

    mutating func replay(_ request: ReplayRequest) throws(StoreError) -> ReplayResult? {
        try checkOpen()
        let query = DeadLetterQuery(in: request.scope, numbers: [request.number], limit: 1)
        guard let letter = deadLetters.find(query).first else { return nil }
        var recipient = entries[letter.recipient]
        if recipient?.record.status.isTerminal ?? true, let name = letter.recipientName,
            let heir = liveNames[.init(owner: letter.recipientOwner, text: name)]
        {
            recipient = entries[heir]
        }
        guard let recipient else { return ReplayResult(recipient: letter.recipient, result: .notFound) }
        let result = put(letter.message, into: recipient, limit: request.limit)
        switch result {
        case .queued, .duplicate: deadLetters.remove([letter])
        case .full, .finished, .noInbox, .notFound: break
        }
        return ReplayResult(recipient: recipient.record.id, result: result)
    }

    mutating func clear(_ query: DeadLetterQuery) throws(StoreError) -> Int {
        try checkOpen()
        let doomed = deadLetters.find(query)
        deadLetters.remove(doomed)
        return doomed.count
    }
}
