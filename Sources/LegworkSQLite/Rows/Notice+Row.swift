import LegworkCore

extension Notice {
    /// The columns of a notice, in the order in which they are read.
    static let columns: StaticString = """
        sequence, owner, session, task, tool, title, name, kind, reason, key, created_at, text, data, count, updated_at, state
        """

    /// Reads a notice of ``columns``.
    init(_ row: Row) throws(RowDamage) {
        var reader = RowReader(row)
        let sequence = try reader.integer()
        let owner = Owner(try reader.text())
        let session = try reader.optionalText()
        let task = try reader.id()
        let tool = try reader.text()
        let title = try reader.text()
        let name = try reader.optionalText()
        let kind = Kind(try reader.text())
        let reason = try reader.optionalText().map(TaskReason.init)
        let key = try reader.optionalText()
        let createdAt = try reader.time()
        let text = try reader.optionalText()
        let data = try reader.optionalJSON()
        let count = try reader.int()
        let updatedAt = try reader.time()
        let state = try reader.word(State.self)
        self.init(
            sequence: sequence,
            owner: owner,
            session: session,
            task: task,
            tool: tool,
            title: title,
            name: name,
            kind: kind,
            reason: reason,
            text: text,
            data: data,
            key: key,
            count: count,
            createdAt: createdAt,
            updatedAt: updatedAt,
            state: state
        )
    }
}

/// Notices as the values that their columns get, the sequence aside.
struct EncodedNotices: Sendable {
    /// The fields of each notice in turn, in the order of ``Notice/columns``.
    private(set) var row: EncodedRow
    /// For each notice whether it says that its task ended.
    private(set) var isEnd: [Bool] = []

    static let fieldsPerNotice = 15
    /// What a later notice with the same key replaces: text, data, count (added) and time.
    static let coalesced = 10..<14

    init(_ notices: [Notice]) throws(StoreError) {
        row = EncodedRow(fieldCapacity: notices.count * Self.fieldsPerNotice, byteCapacity: notices.count * 256)
        for notice in notices {
            isEnd.append(notice.kind.isTerminal)
            row.add(notice.owner.name)
            row.add(notice.session)
            row.add(notice.task.description)
            row.add(notice.tool)
            row.add(notice.title)
            row.add(notice.name)
            row.add(notice.kind.rawValue)
            row.add(notice.reason?.rawValue)
            row.add(notice.key)
            row.add(notice.createdAt)
            row.add(notice.text)
            try row.add(notice.data, "data of a notice")
            row.add(notice.count)
            row.add(notice.updatedAt)
            row.add(notice.state.rawValue)
        }
    }

    /// The fields of one notice.
    static func fields(_ index: Int) -> Range<Int> { index * fieldsPerNotice..<(index + 1) * fieldsPerNotice }
}
