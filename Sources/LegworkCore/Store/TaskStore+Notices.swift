/// Which notices to read, in order of their sequence.
public struct NoticeQuery: Sendable, Hashable {
    /// Who reads.
    public var scope: Scope
    /// The conversation that reads: it gets its own and those for any. Nil reads all of the scope.
    public var session: String?
    /// Only notices of this task.
    public var task: TaskID?
    /// Only these states.
    public var states: Set<Notice.State>
    /// Only notices after this sequence number.
    public var after: Int64
    /// The most notices.
    public var limit: Int

    /// Makes a query; without states it is for all that is not acknowledged.
    public init(
        in scope: Scope,
        session: String? = nil,
        task: TaskID? = nil,
        states: Set<Notice.State> = [.pending, .delivered],
        after: Int64 = 0,
        limit: Int = 100
    ) {
        self.scope = scope
        self.session = session
        self.task = task
        self.states = states
        self.after = after
        self.limit = min(max(1, limit), 1000)
    }
}

/// Moves notices on.
public struct NoticeMark: Sendable, Hashable {
    /// Which notices.
    public enum Selection: Sendable, Hashable {
        /// Those with these sequence numbers.
        case sequences([Int64])
        /// All up to and including this sequence number.
        case upTo(Int64)
        /// All of a task.
        case task(TaskID)
    }

    /// How far a notice has come.
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// It is to be handed out again.
        case pending
        /// It was handed out.
        case delivered
        /// The receiver has it: it is deleted.
        case acknowledged
    }

    /// Who says so; notices of others are left alone.
    public var scope: Scope
    /// The conversation that says so: notices of another are left alone. Nil reaches all of the scope.
    public var session: String?
    /// Which.
    public var selection: Selection
    /// How far they have come.
    public var step: Step
    /// The time.
    public var now: Timestamp

    /// Makes a request.
    public init(_ selection: Selection, as step: Step, in scope: Scope, session: String? = nil, now: Timestamp) {
        self.scope = scope
        self.session = session
        self.selection = selection
        self.step = step
        self.now = now
    }
}

/// A notice outside a change of its task: what a running tool wants its owner to know, or an end that was to be told another way and was not.
public struct NoticePost: Sendable {
    /// The notice.
    public var notice: Notice
    /// The attempt's token; nil for a notice from outside an attempt.
    public var token: LeaseToken?
    /// How many events of the task may lie there that are not acknowledged, this one included.
    public var limit: Int

    /// Makes a request.
    public init(_ notice: Notice, token: LeaseToken?, limit: Int = 64) {
        self.notice = notice
        self.token = token
        self.limit = limit
    }
}

/// What became of a posted notice.
public enum PostResult: Sendable, Hashable {
    /// It is written.
    case posted(sequence: Int64)
    /// One with the same key that nobody has taken yet says it now, or the end of the task is told already.
    case coalesced(sequence: Int64)
    /// Too many events of this task wait for their owner: say less, or try again later.
    case full
    /// The task is gone, or another attempt's.
    case lost
}
