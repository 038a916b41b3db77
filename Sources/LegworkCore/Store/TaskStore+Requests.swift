/// A new task and its first timeline entries.
public struct InsertRequest: Sendable {
    /// The task, at version 1.
    public var record: TaskRecord
    /// Its first timeline entries, sequence 1 onwards.
    public var events: [TaskEvent]
    /// What its owner is to be told, when it is recorded as ended.
    public var notices: [Notice]
    /// What is to be told in channels, when it is recorded as ended.
    public var deliveries: [Delivery]

    /// Makes a request.
    public init(_ record: TaskRecord, events: [TaskEvent] = [], notices: [Notice] = [], deliveries: [Delivery] = []) {
        self.record = record
        self.events = events
        self.notices = notices
        self.deliveries = deliveries
    }
}

/// What became of an insert.
public enum InsertResult: Sendable, Hashable {
    /// The task is recorded.
    case inserted
    /// The owner used this idempotency key before, for this task, or a live task of the owner has the flight key; nothing was written.
    case existing(TaskRecord)
    /// A live task of the owner has this name; nothing was written.
    case nameTaken(TaskRecord)
    /// Its family is not to grow any more; nothing was written.
    case refused(InsertRefusal)
}

/// A worker's wish for work.
public struct ClaimRequest: Sendable {
    /// The lease that the claimed tasks get; its token is used for this request only.
    public var lease: Lease
    /// The queues to take from; empty means every queue.
    public var queues: [String]
    /// The most tasks to take.
    public var limit: Int
    /// The time of the claim.
    public var now: Timestamp
    /// Which tasks may begin; nil means all.
    public var gate: QueueGate?

    /// Makes a request.
    public init(lease: Lease, queues: [String] = [], limit: Int, now: Timestamp, gate: QueueGate? = nil) {
        self.lease = lease
        self.queues = queues
        self.limit = limit
        self.now = now
        self.gate = gate
    }
}

/// The leases that a node wants to keep.
public struct RenewRequest: Sendable {
    /// One attempt's lease.
    public struct Item: Sendable, Hashable {
        /// The task.
        public var id: TaskID
        /// The attempt's token.
        public var token: LeaseToken

        /// Names a lease.
        public init(id: TaskID, token: LeaseToken) {
            self.id = id
            self.token = token
        }
    }

    /// The leases.
    public var items: [Item]
    /// Until when.
    public var expiresAt: Timestamp

    /// Makes a request.
    public init(_ items: [Item], until expiresAt: Timestamp) {
        self.items = items
        self.expiresAt = expiresAt
    }
}

/// What became of one lease.
public enum RenewReply: Sendable, Hashable {
    /// The lease goes on; and whether somebody asked the task to stop.
    case renewed(isCancelRequested: Bool)
    /// The task is gone, or another attempt's: stop, and write nothing more.
    case lost
}

/// The next version of a record with the timeline entries that belong to the change.
public struct TaskChange: Sendable {
    /// The next version.
    public var record: TaskRecord
    /// The version that it was made of.
    public var expectedVersion: Int
    /// The token of the attempt that writes; nil for changes from outside an attempt.
    public var token: LeaseToken?
    /// New timeline entries.
    public var events: [TaskEvent]
    /// What the owner is to be told.
    public var notices: [Notice]
    /// What is to be told in channels.
    public var deliveries: [Delivery]
    /// What is not to be told any more: deliveries of this task, of which those that are pending go before new ones come.
    public var withdrawing: [DeliveryID]
    /// For a change with which the task ends: the place of the last message that was dealt with. It and those before it become no dead
    /// letters.
    public var acknowledging: Int

    /// Makes a change.
    public init(
        _ record: TaskRecord,
        replacing expectedVersion: Int,
        token: LeaseToken? = nil,
        events: [TaskEvent] = [],
        notices: [Notice] = [],
        deliveries: [Delivery] = [],
        withdrawing: [DeliveryID] = [],
        acknowledging: Int = 0
    ) {
        self.record = record
        self.expectedVersion = expectedVersion
        self.token = token
        self.events = events
        self.notices = notices
        self.deliveries = deliveries
        self.withdrawing = withdrawing
        self.acknowledging = acknowledging
    }
}

/// What became of a change.
public enum CommitResult: Sendable, Hashable {
    /// It is recorded.
    case applied
    /// It was made of an old version, or the token is no longer the task's: nothing was written. The record as it stands, nil when it is gone.
    case stale(TaskRecord?)
}

/// The wish to read one task.
public struct TaskLookup: Sendable, Hashable {
    /// Who reads.
    public var scope: Scope
    /// The task.
    public var id: TaskID

    /// Makes a lookup.
    public init(_ id: TaskID, in scope: Scope) {
        self.scope = scope
        self.id = id
    }
}

/// The wish to find tasks by what a person types.
public struct TaskSearch: Sendable, Hashable {
    /// What is searched for.
    public enum Key: Sendable, Hashable {
        /// The beginning of an id, the marker included, as ``TaskID/prefix(from:)`` gives it.
        case prefix(String)
        /// A whole name.
        case name(String)
    }

    /// Who searches.
    public var scope: Scope
    /// What for.
    public var key: Key
    /// The most answers.
    public var limit: Int

    /// Makes a search.
    public init(_ key: Key, in scope: Scope, limit: Int = 10) {
        self.scope = scope
        self.key = key
        self.limit = limit
    }
}

/// Which tasks to list.
public struct TaskQuery: Sendable, Hashable {
    /// The most tasks on one page.
    public static let maximumLimit = 1000

    /// Who lists.
    public var scope: Scope
    /// Only these statuses; empty means all.
    public var statuses: Set<TaskStatus>
    /// Only calls of this tool.
    public var tool: String?
    /// Only children of this task.
    public var parent: TaskID?
    /// Only tasks of this run.
    public var run: String?
    /// Only tasks of this queue.
    public var queue: String?
    /// Only tasks whose status has this reason, such as ``TaskReason/wallLimit``.
    public var reason: TaskReason?
    /// Only tasks of this name.
    public var name: String?
    /// Only tasks whose id begins so, the marker included, as ``TaskID/prefix(from:)`` gives it.
    public var idPrefix: String?
    /// Only tasks recorded at this time or later.
    public var createdSince: Timestamp?
    /// Only tasks recorded before this time.
    public var createdBefore: Timestamp?
    /// The most tasks on this page, 1 to ``maximumLimit``.
    public var limit: Int
    /// Where the previous page ended.
    public var cursor: TaskCursor?

    /// Makes a query.
    public init(
        in scope: Scope,
        statuses: Set<TaskStatus> = [],
        tool: String? = nil,
        parent: TaskID? = nil,
        run: String? = nil,
        queue: String? = nil,
        reason: TaskReason? = nil,
        name: String? = nil,
        idPrefix: String? = nil,
        createdSince: Timestamp? = nil,
        createdBefore: Timestamp? = nil,
        limit: Int = 100,
        cursor: TaskCursor? = nil
    ) {
        self.scope = scope
        self.statuses = statuses
        self.tool = tool
        self.parent = parent
        self.run = run
        self.queue = queue
        self.reason = reason
        self.name = name
        self.idPrefix = idPrefix
        self.createdSince = createdSince
        self.createdBefore = createdBefore
        self.limit = min(max(1, limit), Self.maximumLimit)
        self.cursor = cursor
    }
}

/// A place in a list: the place, in the store's order of arrival, of the last task seen.
public struct TaskCursor: Sendable, Hashable, CustomStringConvertible {
    /// The place.
    public let position: Int64

    /// Names a place.
    public init(position: Int64) { self.position = position }

    /// Reads a cursor that was printed; nil when it is none.
    public init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "c"), let position = Int64(text.dropFirst()), position > 0 else { return nil }
        self.position = position
    }

    /// The cursor as text, opaque to clients.
    public var description: String { "c\(position)" }
}

/// One page of a list.
public struct TaskPage: Sendable, Hashable {
    /// The tasks, the newest first.
    public var tasks: [TaskSummary]
    /// Where the next page begins; nil at the end.
    public var next: TaskCursor?

    /// Makes a page.
    public init(_ tasks: [TaskSummary], next: TaskCursor?) {
        self.tasks = tasks
        self.next = next
    }
}

/// How many tasks there are, by status.
public struct TaskCounts: Sendable, Hashable {
    private var numbers: [TaskStatus: Int]

    /// Makes counts; statuses that are not named count zero.
    public init(_ numbers: [TaskStatus: Int] = [:]) { self.numbers = numbers.filter { $0.value != 0 } }

    /// The number of tasks with a status.
    public subscript(status: TaskStatus) -> Int {
        get { numbers[status] ?? 0 }
        set { numbers[status] = newValue == 0 ? nil : newValue }
    }

    /// The number of all tasks.
    public var total: Int { numbers.values.reduce(0, +) }
}

/// Which part of a timeline to read.
public struct EventQuery: Sendable, Hashable {
    /// Who reads.
    public var scope: Scope
    /// The task.
    public var id: TaskID
    /// Only entries after this sequence number.
    public var after: Int
    /// The most entries.
    public var limit: Int

    /// Makes a query.
    public init(of id: TaskID, in scope: Scope, after: Int = 0, limit: Int = 1000) {
        self.scope = scope
        self.id = id
        self.after = max(0, after)
        self.limit = min(max(1, limit), 10_000)
    }
}

/// Which executing tasks count as lost.
public struct LostLeaseQuery: Sendable, Hashable {
    /// Tasks whose lease ended before this time, unless its node is among ``alive``.
    public var expiredBefore: Timestamp
    /// With a store of one process: every lease of another node, for its process is gone.
    public var notHeldBy: NodeID?
    /// Nodes whose process is known to be gone: all their leases, whenever they end.
    public var gone: Set<NodeID>
    /// Nodes whose process is known to live: none of their leases, however old.
    public var alive: Set<NodeID>
    /// The most tasks.
    public var limit: Int

    /// Makes a query.
    public init(
        expiredBefore: Timestamp,
        notHeldBy: NodeID? = nil,
        gone: Set<NodeID> = [],
        alive: Set<NodeID> = [],
        limit: Int = 1000
    ) {
        self.expiredBefore = expiredBefore
        self.notHeldBy = notHeldBy
        self.gone = gone
        self.alive = alive
        self.limit = limit
    }
}

/// A node that executes tasks.
public struct LeaseHolder: Sendable, Hashable {
    /// The node.
    public var node: NodeID
    /// When the first of its leases ends.
    public var firstEnd: Timestamp

    /// Describes a node.
    public init(_ node: NodeID, firstEnd: Timestamp) {
        self.node = node
        self.firstEnd = firstEnd
    }
}

/// Which finished tasks to delete.
public struct PurgeRequest: Sendable, Hashable {
    /// Whose.
    public var scope: Scope
    /// Only these; the terminal ones among them.
    public var statuses: Set<TaskStatus>
    /// Only these tasks; nil for any.
    public var ids: Set<TaskID>?
    /// Only tasks that ended before this time.
    public var finishedBefore: Timestamp
    /// Also those that are pinned or wait for their result to be read.
    public var includesKept: Bool
    /// How many finished tasks of these statuses have to be left of the scope; those that are spared as kept do not count.
    public var leaving: Int
    /// The most tasks.
    public var limit: Int

    /// Makes a request.
    public init(
        in scope: Scope,
        statuses: Set<TaskStatus> = [.completed, .failed, .cancelled],
        ids: Set<TaskID>? = nil,
        finishedBefore: Timestamp,
        includesKept: Bool = false,
        leaving: Int = 0,
        limit: Int = 1000
    ) {
        self.scope = scope
        self.statuses = statuses.filter(\.isTerminal)
        self.ids = ids
        self.finishedBefore = finishedBefore
        self.includesKept = includesKept
        self.leaving = leaving
        self.limit = limit
    }
}

/// A stored task that could not be read and was set aside.
public struct QuarantinedTask: Sendable, Hashable {
    /// The id as it was stored.
    public var id: String
    /// What is wrong with it.
    public var problem: String

    /// Describes one.
    public init(id: String, problem: String) {
        self.id = id
        self.problem = problem
    }
}
