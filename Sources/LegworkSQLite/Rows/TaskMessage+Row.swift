import LegworkCore

extension TaskMessage {
    /// The columns of a message, in the order in which they are read.
    static let columns: StaticString = "sequence, deliveries, id, sender_owner, sender_task, sender_name, sent_at, content"

    /// Reads a message of ``columns``.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row)
        try self.init(&reader)
    }

    fileprivate init(_ reader: inout RowReader) throws(RowDamage) {
        let sequence = try reader.int()
        let deliveries = try reader.int()
        let id = MessageID(try reader.text())
        let owner = Owner(try reader.text())
        let sender = Sender(owner: owner, task: try reader.optionalID(), name: try reader.optionalText())
        let sentAt = try reader.time()
        guard let content = try reader.optionalJSON() else { throw RowDamage("its content is missing") }
        self.init(id: id, sequence: sequence, sender: sender, content: content, sentAt: sentAt, deliveries: deliveries)
    }
}

extension DeadLetter {
    /// The columns of a dead letter, in the order in which they are read.
    static let columns: StaticString = """
        number, recipient, recipient_owner, recipient_name, reason, at, \
        sequence, deliveries, id, sender_owner, sender_task, sender_name, sent_at, content
        """

    /// Reads a dead letter of ``columns``.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row)
        let number = try reader.integer()
        let recipient = try reader.id()
        let owner = Owner(try reader.text())
        let name = try reader.optionalText()
        let reason = try reader.word(Reason.self)
        let time = try reader.time()
        self.init(number: number, try TaskMessage(&reader), to: recipient, of: owner, named: name, reason: reason, at: time)
    }
}

/// A message as the values that its columns get, task, place and deliveries aside.
struct EncodedMessage: Sendable {
    let id: String
    /// How many bytes of content there are.
    let bytes: Int
    /// Id, sender's owner, task and name, time, bytes and content.
    let row: EncodedRow

    init(_ message: TaskMessage) throws(StoreError) {
        id = message.id.text
        let content = try StoredJSON.bytes(message.content, "contents of a message")
        bytes = content.count
        var row = EncodedRow(fieldCapacity: 7, byteCapacity: content.count + 128)
        row.add(message.id.text)
        row.add(message.sender.owner.name)
        row.add(message.sender.task?.description)
        row.add(message.sender.name)
        row.add(message.sentAt)
        row.add(content.count)
        row.add(utf8: content)
        self.row = row
    }
}
