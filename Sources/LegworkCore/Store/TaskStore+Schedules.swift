/// A new schedule.
public struct ScheduleInsert: Sendable {
    /// The most schedules of one owner that have not ended.
    public static let maximumLive = 1000
    /// How many of an owner's schedules that have ended are kept beside them; the one that changed first goes first.
    public static let maximumEnded = 100

    /// The schedule, at version 1.
    public var record: ScheduleRecord
    /// The most schedules of its owner that have not ended.
    public var limit: Int

    /// Makes a request.
    public init(_ record: ScheduleRecord, limit: Int = ScheduleInsert.maximumLive) {
        self.record = record
        self.limit = limit
    }
}

/// What became of a new schedule.
public enum ScheduleInsertResult: Sendable, Hashable {
    /// It is recorded.
    case inserted
    /// A schedule of the owner has the name; nothing was written.
    case nameTaken(ScheduleRecord)
    /// The owner has too many already; nothing was written.
    case full
}

/// The next version of a schedule, and the task that it makes with it.
public struct ScheduleChange: Sendable {
    /// The next version.
    public var record: ScheduleRecord
    /// The version that it was made of.
    public var expectedVersion: Int
    /// The task of the time that is heeded with this change. It and the change are written together, or neither is.
    public var task: InsertRequest?

    /// Makes a change.
    public init(_ record: ScheduleRecord, replacing expectedVersion: Int, task: InsertRequest? = nil) {
        self.record = record
        self.expectedVersion = expectedVersion
        self.task = task
    }
}

/// What became of a change of a schedule.
public enum ScheduleCommitResult: Sendable, Hashable {
    /// It is recorded; and what became of the task, where there is one.
    case applied(InsertResult?)
    /// It was made of an old version: nothing was written. The schedule as it stands, nil when it is gone.
    case stale(ScheduleRecord?)
}

/// Names one schedule.
public struct ScheduleLookup: Sendable, Hashable {
    /// Who looks.
    public var scope: Scope
    /// The schedule.
    public var id: ScheduleID

    /// Makes a lookup.
    public init(_ id: ScheduleID, in scope: Scope) {
        self.scope = scope
        self.id = id
    }
}

/// Which schedules to read: in the order of their ids, which says nothing of age.
public struct ScheduleQuery: Sendable, Hashable {
    /// The most schedules of one answer.
    public static let maximumLimit = 2000

    /// Who reads.
    public var scope: Scope
    /// Only those with this name, or of which the id begins so; nil means all.
    public var reference: String?
    /// Only those in these states; empty means all.
    public var states: Set<ScheduleRecord.State>
    /// Only those behind this one.
    public var after: ScheduleID?
    /// The most schedules, 1 to ``maximumLimit``.
    public var limit: Int

    /// Makes a query.
    public init(
        in scope: Scope,
        reference: String? = nil,
        states: Set<ScheduleRecord.State> = [],
        after: ScheduleID? = nil,
        limit: Int = ScheduleQuery.maximumLimit
    ) {
        self.scope = scope
        self.reference = reference
        self.states = states
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }

    package func includes(_ record: ScheduleRecord) -> Bool {
        scope.includes(record.owner) && (states.isEmpty || states.contains(record.state)) && (after.map { record.id > $0 } ?? true)
    }
}

/// Asks for the schedules of which the time has come.
public struct DueScheduleQuery: Sendable, Hashable {
    /// The time.
    public var now: Timestamp
    /// The most schedules.
    public var limit: Int

    /// Makes a query.
    public init(now: Timestamp, limit: Int = 100) {
        self.now = now
        self.limit = limit
    }
}

/// The schedules of which the time has come.
public struct DueSchedules: Sendable, Hashable {
    /// Those, the longest due first.
    public var records: [ScheduleRecord]
    /// When the next of the others is due; nil when there is none.
    public var next: Timestamp?

    /// Makes an answer.
    public init(_ records: [ScheduleRecord], next: Timestamp?) {
        self.records = records
        self.next = next
    }
}
