/// The columns of the table `tasks`, in the groups in which they change.
enum Column: String {
    case position
    // Who the task is.
    case id, owner, tool, name
    case idempotencyKey = "idempotency_key"
    case flightKey = "flight_key"
    case hasInbox = "has_inbox"
    // Empty for tasks that have none, so that claims find them by it too.
    case limitKey = "limit_key"
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
    case recovery, call, agent, failure
    case leaseToken = "lease_token"
    // Where the task stands.
    case status
    case finishedAt = "finished_at"
    case kept
    case heldUntil = "held_until"
    case waitsUntil = "waits_until"
    case leaseNode = "lease_node"
    case leaseExpiresAt = "lease_expires_at"
    // Where the task waits, whose child it is, and of which run.
    case parent, run, queue, priority
    case notBefore = "not_before"
    // The latest creation up to this position, so that a time can be found by halving.
    case createdUntil = "created_until"
    // Arguments that need no row in `bodies`.
    case smallArguments = "small_arguments"
    // In the table `bodies`.
    case arguments, checkpoint, result, extras

    var name: String { rawValue }

    /// Fixed when the task is recorded.
    static let identity: [Column] = [.id] + fixed + [.origin, .createdAt]
    /// What a change has to leave as it is.
    static let fixed: [Column] = [.owner, .tool, .name, .idempotencyKey, .flightKey, .hasInbox, .limitKey]
    static let reported: [Column] = [
        .title, .reason, .cancelRequested, .cancelRequestedAt, .attempts, .statusMessage, .progressDone, .progressTotal, .outputBytes,
        .startedAt, .updatedAt, .version, .lastEvent, .recovery, .call, .agent, .failure, .leaseToken,
    ]
    static let standing: [Column] = [.status, .finishedAt, .kept, .heldUntil, .waitsUntil, .leaseNode, .leaseExpiresAt]
    static let placement: [Column] = [.parent, .run, .queue, .priority, .notBefore]
    static let body: [Column] = [.arguments, .checkpoint, .result, .extras]

    /// All that a ``TaskRecord`` is made of, in the order in which it is read.
    static let record: [Column] = identity + reported + standing + placement + body

    /// The columns with commas between, for a query of `tasks` joined with `bodies`.
    static func selected(_ columns: [Column]) -> String {
        columns.map { $0 == .arguments ? "coalesce(arguments, small_arguments) AS arguments" : $0.name }.joined(separator: ", ")
    }

    /// All that a ``TaskSummary`` is made of, in the order in which it is read.
    static let summary: [Column] = [
        .position, .id, .tool, .title, .name, .owner, .parent, .agent, .hasInbox, .queue, .status, .reason, .cancelRequested, .attempts,
        .statusMessage, .progressDone, .progressTotal, .outputBytes, .createdAt, .startedAt, .updatedAt, .finishedAt,
    ]
}
