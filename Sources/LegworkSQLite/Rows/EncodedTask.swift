import LegworkCore

/// A record as the values that its columns get. It is made on the caller's thread, so that the writing thread only has to bind them.
struct EncodedTask: Sendable {
    let id: TaskID
    let owner: String
    let status: TaskStatus
    let createdAt: Int64
    /// The values of ``Column/identity``.
    let identity: [SQLValue]
    /// The values of ``Column/reported``, ``Column/standing`` and ``Column/placement``, in this order.
    private(set) var changing: [SQLValue]
    /// The values of ``Column/body``.
    let body: [SQLValue]
    /// About how many bytes it takes.
    let size: Int

    private static let leaseTokenIndex = Column.reported.count - 1
    private static let leaseExpiryIndex = Column.reported.count + Column.standing.count - 1

    init(_ record: TaskRecord) throws(StoreError) {
        id = record.id
        owner = record.owner.name
        status = record.status
        createdAt = record.createdAt.milliseconds
        identity = [
            .text(record.id.description), .text(record.owner.name), .text(record.tool), SQLValue(record.name),
            SQLValue(record.idempotencyKey),
            try record.caller.origin.map { (origin) throws(StoreError) in .utf8(try StoredJSON.bytes(origin.stored, "origin")) } ?? .null,
            .integer(createdAt),
        ]
        changing = Self.reported(record) + Self.standing(record) + Self.placement(record)
        body = [
            .utf8(try StoredJSON.bytes(record.arguments, "arguments")),
            try record.checkpoint.map { (value) throws(StoreError) in .utf8(try StoredJSON.bytes(value, "checkpoint")) } ?? .null,
            try record.result.map { (value) throws(StoreError) in .utf8(try StoredJSON.bytes(value.json, "result")) } ?? .null,
        ]
        var size = 200
        for values in [identity, changing, body] { for value in values { size += value.size } }
        self.size = size
    }

    /// The token of the lease, as it is stored.
    var leaseToken: SQLValue { changing[Self.leaseTokenIndex] }

    /// Keeps the later end of a lease that was renewed while the change was made.
    mutating func extendLease(to expiry: Int64) {
        if case .integer(let mine) = changing[Self.leaseExpiryIndex], mine < expiry { changing[Self.leaseExpiryIndex] = .integer(expiry) }
    }

    static func reported(_ record: TaskRecord) -> [SQLValue] {
        [
            .text(record.title), SQLValue(record.reason?.rawValue), SQLValue(record.lifecycle.isCancelRequested),
            SQLValue(record.cancelRequestedAt?.milliseconds), SQLValue(record.attempts), SQLValue(record.statusMessage),
            SQLValue(record.progress?.done), SQLValue(record.progress?.total), SQLValue(record.outputBytes),
            SQLValue(record.startedAt?.milliseconds), .integer(record.updatedAt.milliseconds), SQLValue(record.version),
            SQLValue(record.lastEvent), .text(record.recovery.rawValue), SQLValue(record.lineage.run), SQLValue(record.lineage.call),
            SQLValue(record.lineage.agent), SQLValue(record.failure), SQLValue(record.lease.map { Int64(bitPattern: $0.token.rawValue) }),
        ]
    }

    static func standing(_ record: TaskRecord) -> [SQLValue] {
        [
            .text(record.status.rawValue), SQLValue(record.finishedAt?.milliseconds),
            // A task that waits for its time is kept out of the way of those that may be claimed.
            SQLValue(record.status == .queued ? record.notBefore?.milliseconds : nil), SQLValue(record.lease?.node.name),
            SQLValue(record.lease?.expiresAt.milliseconds),
        ]
    }

    static func placement(_ record: TaskRecord) -> [SQLValue] {
        [
            SQLValue(record.lineage.parent?.description), .text(record.queue), SQLValue(record.priority),
            SQLValue(record.notBefore?.milliseconds),
        ]
    }
}

/// A timeline entry as the values that its columns get, the task's position aside.
struct EncodedEvent: Sendable {
    let sequence: Int
    let values: [SQLValue]
    let size: Int

    init(_ event: TaskEvent) throws(StoreError) {
        sequence = event.sequence
        values = [
            SQLValue(event.sequence), .integer(event.time.milliseconds), .text(event.kind.rawValue), SQLValue(event.text),
            try event.data.map { (data) throws(StoreError) in .utf8(try StoredJSON.bytes(data, "event")) } ?? .null,
        ]
        size = 40 + values.reduce(0) { $0 + $1.size }
    }

    static func all(_ events: [TaskEvent]) throws(StoreError) -> [EncodedEvent] {
        var encoded: [EncodedEvent] = []
        encoded.reserveCapacity(events.count)
        for event in events { encoded.append(try EncodedEvent(event)) }
        return encoded
    }
}
