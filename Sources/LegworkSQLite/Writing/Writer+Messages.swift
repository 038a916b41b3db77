import LegworkCore

extension Writer {
    /// A task that somebody wants to write to.
    private struct Recipient {
        var id: TaskID
        var position: Int64
        var status: TaskStatus
        var hasInbox: Bool
    }

    /// A task's inbox, its messages aside.
    private struct Inbox {
        /// The place of the last message.
        var last: Int64 = 0
        /// The place up to which messages were dealt with: taken or given up.
        var through: Int64 = 0
        var unread = 0
        var bytes = 0
    }

    func send(_ request: SendRequest, _ message: EncodedMessage) throws(StoreError) -> SendResult {
        guard let recipient = try recipient(request.recipient, in: request.scope) else { return .notFound }
        return try put(message, into: recipient, limit: request.limit)
    }

    private func recipient(_ id: TaskID, in scope: Scope) throws(StoreError) -> Recipient? {
        var found: (position: Int64, status: String, hasInbox: Bool)?
        try connection.each("SELECT position, status, has_inbox FROM tasks WHERE id = \(id.description)\(and: scope)") { row in
            found = (row.rawInteger(0), row.rawText(1), row.rawInteger(2) != 0)
        }
        guard let found else { return nil }
        guard let status = TaskStatus(rawValue: found.status) else {
            try setAside(found.position, RowDamage("its status is unknown"))
            return nil
        }
        return Recipient(id: id, position: found.position, status: status, hasInbox: found.hasInbox)
    }

    private func put(_ message: EncodedMessage, into recipient: Recipient, limit: InboxLimit) throws(StoreError) -> SendResult {
        guard recipient.hasInbox else { return .noInbox }
        guard !recipient.status.isTerminal else { return .finished(recipient.status) }
        let position = recipient.position
        let known = try connection.integer(
            "SELECT 1 FROM messages INDEXED BY messages_by_id WHERE position = \(position) AND id = \(message.id)"
        )
        guard known == nil else { return .duplicate }
        var inbox = try inbox(at: position) ?? Inbox()
        guard inbox.unread < limit.count, inbox.bytes + message.bytes <= limit.bytes else { return .full(unread: inbox.unread) }
        inbox.last += 1
        inbox.unread += 1
        inbox.bytes += message.bytes
        try write(inbox, at: position)
        try statements.insertMessage.bind(.integer(position), at: 1)
        try statements.insertMessage.bind(.integer(inbox.last), at: 2)
        try statements.insertMessage.run(message.row, message.row.fields.indices, at: 3)
        pending.change(recipient.id)
        return .queued(sequence: Int(inbox.last))
    }

    private func inbox(at position: Int64) throws(StoreError) -> Inbox? {
        var inbox: Inbox?
        try connection.each("SELECT last, through, unread, bytes FROM inboxes WHERE position = \(position)") { row in
            inbox = Inbox(
                last: row.rawInteger(0),
                through: row.rawInteger(1),
                unread: Int(row.rawInteger(2)),
                bytes: Int(row.rawInteger(3))
            )
        }
        return inbox
    }

    private func write(_ inbox: Inbox, at position: Int64) throws(StoreError) {
        try connection.run(
            """
            INSERT OR REPLACE INTO inboxes (position, last, through, unread, bytes)
            VALUES (\(position), \(inbox.last), \(inbox.through), \(inbox.unread), \(inbox.bytes))
            """
        )
    }

    // MARK: Taking

    func take(_ request: TakeRequest) throws(StoreError) -> TakeReply {
        var found: (position: Int64, token: Int64?)?
        try connection.each("SELECT position, lease_token FROM tasks WHERE id = \(request.id.description)") { row in
            found = (row.rawInteger(0), row.isNull(1) ? nil : row.rawInteger(1))
        }
        guard let found, found.token == request.token.stored else { return .lost }
        let position = found.position
        guard var inbox = try inbox(at: position) else { return .messages([]) }
        let through = inbox.through
        try acknowledge(Int64(request.acknowledging), in: &inbox, at: position)
        try giveUp(request, in: &inbox, at: position)
        if inbox.through != through {
            try connection.run(
                "DELETE FROM messages WHERE position = \(position) AND sequence <= \(inbox.through - Int64(InboxLimit.remembered))"
            )
        }
        let (unread, messages) = (inbox.unread, try deliver(request.limit, of: &inbox, at: position))
        if inbox.through != through || inbox.unread != unread { try write(inbox, at: position) }
        return .messages(messages)
    }

    /// Empties the messages that were dealt with. Their ids stay for a while, so that a repeated one is known.
    private func acknowledge(_ sequence: Int64, in inbox: inout Inbox, at position: Int64) throws(StoreError) {
        let end = min(sequence, inbox.last)
        guard end > inbox.through else { return }
        let range: SQL = "position = \(position) AND sequence > \(inbox.through) AND sequence <= \(end)"
        try connection.each("SELECT count(*), coalesce(sum(bytes), 0) FROM messages WHERE \(range)") { row in
            inbox.unread -= Int(row.rawInteger(0))
            inbox.bytes -= Int(row.rawInteger(1))
        }
        try connection.run("UPDATE messages SET content = NULL WHERE \(range)")
        inbox.through = end
    }

    /// Makes dead letters of the first messages that were given too often.
    private func giveUp(_ request: TakeRequest, in inbox: inout Inbox, at position: Int64) throws(StoreError) {
        let statement = try connection.statement(
            "SELECT sequence, deliveries, bytes FROM messages WHERE position = \(position) AND sequence > \(inbox.through) ORDER BY sequence"
        )
        defer { statement.reset() }
        let first = inbox.through + 1
        while try statement.step(), statement.row.rawInteger(1) >= Int64(request.maximumDeliveries) {
            inbox.through = statement.row.rawInteger(0)
            inbox.unread -= 1
            inbox.bytes -= Int(statement.row.rawInteger(2))
        }
        statement.reset()
        guard inbox.through >= first else { return }
        try bury(first...inbox.through, at: position, .gaveUp, now: request.now)
        try connection.run("DELETE FROM messages WHERE position = \(position) AND sequence BETWEEN \(first) AND \(inbox.through)")
    }

    private func deliver(_ limit: Int, of inbox: inout Inbox, at position: Int64) throws(StoreError) -> [TaskMessage] {
        guard limit > 0, inbox.unread > 0 else { return [] }
        var messages: [TaskMessage] = []
        var damaged: [(sequence: Int64, damage: RowDamage)] = []
        let statement = try connection.statement(
            """
            SELECT \(trusted: TaskMessage.columns) FROM messages
            WHERE position = \(position) AND sequence > \(inbox.through) ORDER BY sequence
            """
        )
        defer { statement.reset() }
        while messages.count < limit, try statement.step() {
            do throws(RowDamage) {
                var message = try TaskMessage(statement.row)
                message.deliveries += 1
                messages.append(message)
            } catch {
                damaged.append((statement.row.rawInteger(0), error))
            }
        }
        statement.reset()
        for (sequence, damage) in damaged {
            inbox.unread -= 1
            inbox.bytes -= Int(try setAsideMessage(sequence, at: position, damage))
        }
        if let first = messages.first, let last = messages.last {
            try connection.run(
                """
                UPDATE messages SET deliveries = deliveries + 1
                WHERE position = \(position) AND sequence BETWEEN \(first.sequence) AND \(last.sequence)
                """
            )
        }
        return messages
    }

    // MARK: Dead letters

    /// Removes the inbox of a task that ends. What was not dealt with becomes dead letters.
    func closeInbox(at position: Int64, acknowledging: Int64 = 0, now: Timestamp) throws(StoreError) {
        guard let inbox = try inbox(at: position) else { return }
        let through = max(inbox.through, min(acknowledging, inbox.last))
        if inbox.last > through { try bury(through + 1...inbox.last, at: position, .finished, now: now) }
        try connection.run("DELETE FROM messages WHERE position = \(position)")
        try connection.run("DELETE FROM inboxes WHERE position = \(position)")
    }

    /// Copies messages, just as they are, to the dead letters of their senders.
    private func bury(
        _ places: ClosedRange<Int64>,
        at position: Int64,
        _ reason: DeadLetter.Reason,
        now: Timestamp
    ) throws(StoreError) {
        var messages: [(sequence: Int64, sender: SQLValue)] = []
        try connection.each(
            """
            SELECT sequence, sender_owner FROM messages
            WHERE position = \(position) AND sequence BETWEEN \(places.lowerBound) AND \(places.upperBound) ORDER BY sequence
            """
        ) { row in messages.append((row.rawInteger(0), row.value(1))) }
        for message in messages {
            try connection.run(
                """
                INSERT INTO dead_letters
                (number, recipient, recipient_owner, recipient_name, reason, at,
                sequence, deliveries, id, sender_owner, sender_task, sender_name, sent_at, content)
                SELECT \(numbers.letters.take()), t.id, t.owner, t.name, \(reason.rawValue), \(now.milliseconds),
                m.sequence, m.deliveries, m.id, m.sender_owner, m.sender_task, m.sender_name, m.sent_at, m.content
                FROM messages m JOIN tasks t ON t.position = m.position
                WHERE m.position = \(position) AND m.sequence = \(message.sequence)
                """
            )
        }
        // The cost of this has a bound, however many letters there are: so many are kept.
        for sender in Set(messages.map(\.sender)) {
            try connection.run(
                """
                DELETE FROM dead_letters WHERE number IN (
                    SELECT number FROM dead_letters INDEXED BY dead_letters_by_owner
                    WHERE sender_owner = \(sender) ORDER BY number DESC LIMIT \(messages.count) OFFSET \(DeadLetter.maximumPerOwner)
                )
                """
            )
        }
    }

    func replay(_ request: ReplayRequest) throws(StoreError) -> ReplayResult? {
        let query = DeadLetterQuery(in: request.scope, numbers: [request.number], limit: 1)
        guard let letter = try soundLetters(query).first else { return nil }
        var recipient = try recipient(letter.recipient, in: .operator)
        if recipient?.status.isTerminal ?? true, let name = letter.recipientName {
            recipient = try heir(name, of: letter.recipientOwner) ?? recipient
        }
        guard let recipient else { return ReplayResult(recipient: letter.recipient, result: .notFound) }
        let result = try put(EncodedMessage(letter.message), into: recipient, limit: request.limit)
        switch result {
        case .queued, .duplicate: try connection.run("DELETE FROM dead_letters WHERE number = \(letter.number)")
        case .full, .finished, .noInbox, .notFound: break
        }
        return ReplayResult(recipient: recipient.id, result: result)
    }

    /// The live task of a name.
    private func heir(_ name: String, of owner: Owner) throws(StoreError) -> Recipient? {
        var found: TaskID?
        try connection.each(
            """
            SELECT id FROM tasks INDEXED BY tasks_by_live_name WHERE name = \(name) AND owner = \(owner.name)
            AND name IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped')
            """
        ) { row in found = TaskID(row.rawText(0)) }
        return try found.flatMap { (id) throws(StoreError) in try recipient(id, in: .operator) }
    }

    func clear(_ query: DeadLetterQuery) throws(StoreError) -> Int {
        let doomed = try soundLetters(query)
        for letter in doomed { try connection.run("DELETE FROM dead_letters WHERE number = \(letter.number)") }
        return doomed.count
    }

    private func soundLetters(_ query: DeadLetterQuery) throws(StoreError) -> [DeadLetter] {
        var damaged: [(number: Int64, damage: RowDamage)] = []
        let letters = try connection.deadLetters(query) { damaged.append(($0, $1)) }
        for (number, damage) in damaged { try setAsideLetter(number, damage) }
        return letters
    }
}
