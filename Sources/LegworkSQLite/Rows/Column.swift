/// The columns of the table `tasks`, in the groups in which they change.
enum Column: String {
    case position
    // Who the task is.
    case id, owner, tool, name
    case idempotencyKey = "idempotency_key"
    case origin
    case createdAt = "created_at"
    // What attempts and callers report. No index has them.
    case title, reason
    case cancelRequested = "cancel_requested"
    case cancelRequestedAt = "cancel_requested_at"
    case attempts
    case statusMessage = "status_message"
    case progressDone = "progress_done"
    case progressTotal = "progress_total"
    case outputBytes = "output_bytes"
    case startedAt = "started_at"
    case updatedAt = "updated_at"
    case version
    case lastEvent = "last_event"
    case recovery, run, call, agent, failure
    case leaseToken = "lease_token"
    // Where the task stands.
    case status
    case finishedAt = "finished_at"
    case heldUntil = "held_until"
    case leaseNode = "lease_node"
    case leaseExpiresAt = "lease_expires_at"
    // Where the task waits, and whose child it is.
    case parent, queue, priority
    case notBefore = "not_before"
    // The latest creation up to this position, so that a time can be found by halving.
    case createdUntil = "created_until"
    // In the table `bodies`.
    case arguments, checkpoint, result

    var name: String { rawValue }

    /// Fixed when the task is recorded.
    static let identity: [Column] = [.id, .owner, .tool, .name, .idempotencyKey, .origin, .createdAt]
    static let reported: [Column] = [
        .title, .reason, .cancelRequested, .cancelRequestedAt, .attempts, .statusMessage, .progressDone, .progressTotal, .outputBytes,
        .startedAt, .updatedAt, .version, .lastEvent, .recovery, .run, .call, .agent, .failure, .leaseToken,
    ]
    static let standing: [Column] = [.status, .finishedAt, .heldUntil, .leaseNode, .leaseExpiresAt]
    static let placement: [Column] = [.parent, .queue, .priority, .notBefore]
    static let body: [Column] = [.arguments, .checkpoint, .result]

    /// All that a ``TaskRecord`` is made of, in the order in which it is read.
    static let record: [Column] = identity + reported + standing + placement + body

    /// All that a ``TaskSummary`` is made of, in the order in which it is read.
    static let summary: [Column] = [
        .position, .id, .tool, .title, .name, .owner, .parent, .queue, .status, .reason, .cancelRequested, .attempts, .statusMessage,
        .progressDone, .progressTotal, .outputBytes, .createdAt, .startedAt, .updatedAt, .finishedAt,
    ]
}
