import LegworkCore

/// A record as the values that its columns get.
struct EncodedTask: Sendable {
    /// The most bytes of arguments that stand in the row of the task itself, so that lists go on reading small rows.
    private static let smallArguments = 256

    let id: TaskID
    let owner: String
    let status: TaskStatus
    let hasInbox: Bool
    let createdAt: Int64
    /// The fields in the order ``Column/identity``, ``Column/reported``, ``Column/standing``, ``Column/placement``, ``Column/body``.
    private(set) var row: EncodedRow

    static let fixed = 1..<1 + Column.fixed.count
    static let reported = Column.identity.count..<Column.identity.count + Column.reported.count
    static let standing = reported.upperBound..<reported.upperBound + Column.standing.count
    static let placement = standing.upperBound..<standing.upperBound + Column.placement.count
    static let body = placement.upperBound..<placement.upperBound + Column.body.count

    init(_ record: TaskRecord) throws(StoreError) {
        id = record.id
        owner = record.owner.name
        status = record.status
        hasInbox = record.hasInbox
        createdAt = record.createdAt.milliseconds
        row = EncodedRow(fieldCapacity: Self.body.upperBound, byteCapacity: 512)
        row.add(record.id.description)
        row.add(record.owner.name)
        row.add(record.tool)
        row.add(record.name)
        row.add(record.idempotencyKey)
        row.add(record.flightKey)
        row.add(record.hasInbox)
        row.add(record.terms.limitKey ?? "")
        try row.add(record.caller.origin?.stored, "origin")
        row.add(record.createdAt)
        row.addReported(record)
        row.addStanding(record)
        row.addPlacement(record)
        try row.add(record.arguments, "arguments")
        try row.add(record.checkpoint, "checkpoint")
        try row.add(record.result?.json, "result")
        try row.add(record.hasExtras ? record.extras.stored : nil, "metadata and inputs")
    }

    /// The token of the lease.
    var leaseToken: EncodedRow.Field { row.fields[Self.reported.upperBound - 1] }

    /// Whether the arguments are small, and all there is for a row in `bodies`.
    var isBodySmall: Bool {
        guard case .text(_, let count) = row.fields[Self.body.lowerBound], count <= Self.smallArguments else { return false }
        return row.fields[Self.body].dropFirst().allSatisfy { $0 == .null }
    }

    /// Queue, priority and the time to begin: the last of the placement.
    static let line = placement.upperBound - 3..<placement.upperBound
    static let heldUntil = standing.lowerBound + (Column.standing.firstIndex(of: .heldUntil) ?? 0)

    /// Lets the task stay among those that may be claimed.
    mutating func release() { row.clear(Self.heldUntil) }

    /// Keeps the later end of a lease that was renewed while the change was made.
    mutating func extendLease(to expiry: Int64) {
        let index = Self.standing.upperBound - 1
        if case .integer(let mine) = row.fields[index], mine < expiry { row.set(index, expiry) }
    }
}

extension EncodedRow {
    /// What a claim changes: the fields of ``Column/reported`` and ``Column/standing``.
    init(claimed record: TaskRecord) {
        self.init(fieldCapacity: Column.reported.count + Column.standing.count, byteCapacity: 256)
        addReported(record)
        addStanding(record)
    }

    fileprivate mutating func addReported(_ record: TaskRecord) {
        add(record.title)
        add(record.reason?.rawValue)
        add(record.lifecycle.isCancelRequested)
        add(record.cancelRequestedAt)
        add(record.attempts)
        add(record.statusMessage)
        add(record.progress?.done)
        add(record.progress?.total)
        add(record.outputBytes)
        add(record.startedAt)
        add(record.updatedAt)
        add(record.version)
        add(record.lastEvent)
        add(record.recovery.rawValue)
        add(record.lineage.call)
        add(record.lineage.agent)
        add(record.failure)
        add(record.lease.map { Int64(bitPattern: $0.token.rawValue) })
    }

    fileprivate mutating func addStanding(_ record: TaskRecord) {
        add(record.status.rawValue)
        add(record.finishedAt)
        add(record.isKept)
        // A task that waits for its time is kept out of the way of those that may be claimed.
        add(record.status == .queued ? record.notBefore : nil)
        add(record.waitsUntil)
        add(record.lease?.node.name)
        add(record.lease?.expiresAt)
    }

    fileprivate mutating func addPlacement(_ record: TaskRecord) {
        add(record.lineage.parent?.description)
        add(record.lineage.run)
        add(record.queue)
        add(record.priority)
        add(record.notBefore)
    }
}

/// Timeline entries as the values that their columns get, the task's position aside.
struct EncodedEvents: Sendable {
    /// Sequence, time, kind, text and data of each entry in turn.
    let row: EncodedRow
    let count: Int
    /// The sequence number of the last entry; 0 when there is none.
    let last: Int

    static let fieldsPerEvent = 5

    init(_ events: [TaskEvent]) throws(StoreError) {
        var row = EncodedRow(fieldCapacity: events.count * Self.fieldsPerEvent, byteCapacity: events.count * 64)
        for event in events {
            row.add(event.sequence)
            row.add(event.time)
            row.add(event.kind.rawValue)
            row.add(event.text)
            try row.add(event.data, "data of a timeline entry")
        }
        self.row = row
        count = events.count
        last = events.last?.sequence ?? 0
    }
}
