import LegworkCore

/// A task in the making, with parts that a behaviour does not care for filled in.
struct Draft: Sendable {
    var id = TaskID.random()
    var owner: Owner = "ann"
    var session: String?
    var tool = "shell"
    var title = "Run the tests"
    var name: String?
    var key: String?
    var queue = TaskRecord.defaultQueue
    var priority = 0
    var notBefore: Timestamp?
    var parent: TaskID?
    var run: String?
    var flight: String?
    var hasInbox = false
    var keepsUntilRead = false
    var limitKey: String?
    var deadline: Timestamp?
    var queueLimit: Duration?
    var retry: RetryPolicy?
    var metadata = JSONObject()
    var arguments: JSONValue = ["command": "make test"]
    var lifecycle = TaskLifecycle.submitted
    var lease: Lease?
    var createdAt = Stage.start

    /// The record with its first timeline entry.
    var request: InsertRequest {
        var record = TaskRecord(
            id: id,
            tool: tool,
            title: title,
            name: name,
            caller: Caller(owner: owner, origin: session.map { Caller.Origin(session: $0) }),
            lineage: Lineage(parent: parent, run: run),
            arguments: arguments,
            idempotencyKey: key,
            queue: queue,
            priority: priority,
            notBefore: notBefore,
            hasInbox: hasInbox,
            flightKey: flight,
            metadata: metadata,
            keepsUntilRead: keepsUntilRead,
            terms: TaskTerms(limitKey: limitKey, deadline: deadline, limits: TaskLimits(queue: queueLimit), retry: retry),
            lifecycle: lifecycle,
            lease: lease,
            createdAt: createdAt
        )
        let event = record.newEvent(.created, at: createdAt)
        return InsertRequest(record, events: [event])
    }

    /// A draft with some parts changed.
    static func with(_ change: (inout Draft) -> Void) -> Draft {
        var draft = Draft()
        change(&draft)
        return draft
    }
}
