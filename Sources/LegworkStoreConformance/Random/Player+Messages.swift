import LegworkCore

/// Messages and dead letters. The limits are small, so that inboxes are often full and messages often given too often.
extension Player {
    mutating func send() async throws {
        let id = anyRecipient()
        let message = TaskMessage(
            id: MessageID("message-\(random.number(0...9))"),
            from: TaskMessage.Sender(owner: random.pick(owners), task: random.perhaps(ids, nilOnceIn: 2), name: "planner"),
            .string(String(repeating: "x", count: random.number(0...30))),
            at: now
        )
        let request = SendRequest(message, to: id, in: random.once(in: 4) ? anyScope() : .operator, limit: anyLimit())
        try await pair.ask("the message for \(id)") { try await $0.send(request) }
    }

    mutating func take() async throws {
        let id = anyRecipient()
        let request = TakeRequest(
            id,
            token: seen[id]?.last.flatMap { token(of: $0) } ?? newToken(),
            acknowledging: random.once(in: 2) ? 0 : random.number(0...6),
            limit: random.number(0...4),
            maximumDeliveries: random.number(1...3),
            now: now
        )
        try await pair.ask("the messages of \(id)") { try await $0.take(request) }
    }

    mutating func readLetters() async throws {
        let query = anyLetters()
        let found = try await pair.ask("the dead letters") { try await $0.deadLetters(query) } ?? []
        for letter in found where !letters.contains(letter.number) { letters.append(letter.number) }
    }

    mutating func replay() async throws {
        if letters.isEmpty { try await readLetters() }
        let number = random.perhaps(letters, nilOnceIn: 20) ?? Int64(random.number(0...99))
        let request = ReplayRequest(number, in: anyScope(), limit: anyLimit())
        try await pair.ask("the replay of \(number)") { try await $0.replay(request) }
    }

    mutating func clearLetters() async throws {
        let query = anyLetters()
        try await pair.ask("the clearing of dead letters") { try await $0.clear(query) }
    }

    private mutating func anyLetters() -> DeadLetterQuery {
        let numbers = random.once(in: 3) ? (0..<random.number(1...3)).compactMap { _ in random.perhaps(letters, nilOnceIn: 9) } : []
        let after = random.once(in: 3) ? random.perhaps(letters, nilOnceIn: 9) ?? 0 : 0
        return DeadLetterQuery(in: anyScope(), numbers: numbers, after: after, limit: random.number(1...5))
    }

    private mutating func anyLimit() -> InboxLimit { InboxLimit(count: random.number(0...4), bytes: random.number(10...90)) }

    /// Mostly a live task with an inbox, and one of the newest, so that something happens there.
    private mutating func anyRecipient() -> TaskID {
        if random.once(in: 5) { return random.perhaps(ids, nilOnceIn: 9) ?? newID() }
        let listening = ids.filter { id in seen[id]?.last.map { $0.hasInbox && !$0.status.isTerminal } ?? false }
        return random.perhaps(Array(listening.suffix(4)), nilOnceIn: 99) ?? newID()
    }
}
