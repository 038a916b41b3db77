/// What an owner is told: a task ended, stands still, needs an answer, or has something to say. Kept until the owner acknowledges it, and
/// not longer.
///
/// A notice says enough to act on without its task, which may be gone by then.
public struct Notice: Sendable, Hashable {
    /// What it is about. New ones may appear in later versions.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The word on the wire, such as `input_required`.
        public let rawValue: String

        /// Makes a kind from its word on the wire.
        public init(_ rawValue: String) { self.rawValue = rawValue }

        /// The word on the wire.
        public var description: String { rawValue }

        /// The task ended with a result.
        public static let completed = Kind("completed")
        /// The task failed.
        public static let failed = Kind("failed")
        /// The task was cancelled.
        public static let cancelled = Kind("cancelled")
        /// Nobody executes the task any more; it can be resumed.
        public static let stopped = Kind("stopped")
        /// The task waits for an answer.
        public static let inputRequired = Kind("input_required")
        /// The tool has something to say.
        public static let event = Kind("event")

        /// Whether it says that its task ended. A task has exactly one such notice.
        public var isTerminal: Bool { self == .completed || self == .failed || self == .cancelled }
    }

    /// How far a notice has come.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Nobody has taken it.
        case pending
        /// Handed out; whether it arrived is not known until the receiver acknowledges it, and then it is gone.
        case delivered
    }

    /// The longest text, in UTF-8 bytes; longer ones are cut when they are made.
    public static let maximumTextBytes = 1000

    /// The place among all notices of the store, given when it is written: a reader's cursor.
    public package(set) var sequence: Int64
    /// Who is told.
    public let owner: Owner
    /// The owner's conversation that is told; nil tells any.
    public let session: String?
    /// The task it is about.
    public let task: TaskID
    /// The tool that was called.
    public let tool: String
    /// What the task is about, in one line.
    public let title: String
    /// The task's name, where it has one.
    public let name: String?
    /// What happened.
    public let kind: Kind
    /// Why, where there is something to say.
    public let reason: TaskReason?
    /// What it says, for people and models: the beginning of the result, the failure, the question, or the tool's words.
    public package(set) var text: String?
    /// What it says, for programs.
    public package(set) var data: JSONValue?
    /// Notices of one task and key that nobody has taken are one: the newest words, and how many there were.
    public let key: String?
    /// How many it stands for.
    public package(set) var count: Int
    /// When it was written.
    public let createdAt: Timestamp
    /// When it last changed: was written, coalesced or delivered.
    public package(set) var updatedAt: Timestamp
    /// How far it has come.
    public package(set) var state: State

    /// Describes a notice that is to be written; the store gives it its place.
    public init(
        of record: TaskRecord,
        kind: Kind,
        text: String?,
        data: JSONValue? = nil,
        key: String? = nil,
        at now: Timestamp
    ) {
        sequence = 0
        owner = record.owner
        session = record.caller.session
        task = record.id
        tool = record.tool
        title = record.title
        name = record.name
        self.kind = kind
        reason = record.reason
        self.text = text?.truncated(toBytes: Self.maximumTextBytes)
        self.data = data
        self.key = key
        count = 1
        createdAt = now
        updatedAt = now
        state = .pending
    }

    /// What there is to tell of a task as it now stands.
    package init(of record: TaskRecord, at now: Timestamp) {
        var data: JSONValue?
        let (kind, text): (Kind, String?) =
            switch record.status {
            case .completed: (.completed, record.result?.text)
            case .failed: (.failed, record.failure ?? record.result?.text)
            case .cancelled: (.cancelled, record.result?.text)
            case .stopped: (.stopped, nil)
            case .inputRequired: (.inputRequired, record.openInputs.map(\.message).joined(separator: "\n"))
            case .queued, .running: (.event, nil)
            }
        if kind == .inputRequired { data = .keys(of: record.openInputs) }
        self.init(of: record, kind: kind, text: text, data: data, at: now)
    }

    /// What there is to tell of a question that was asked while the task waited for other answers.
    package init(of record: TaskRecord, asking request: InputRequest, at now: Timestamp) {
        self.init(of: record, kind: .inputRequired, text: request.message, data: .keys(of: [request]), at: now)
    }

    /// A notice of its parts, for stores.
    package init(
        sequence: Int64,
        owner: Owner,
        session: String?,
        task: TaskID,
        tool: String,
        title: String,
        name: String?,
        kind: Kind,
        reason: TaskReason?,
        text: String?,
        data: JSONValue?,
        key: String?,
        count: Int,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        state: State
    ) {
        self.sequence = sequence
        self.owner = owner
        self.session = session
        self.task = task
        self.tool = tool
        self.title = title
        self.name = name
        self.kind = kind
        self.reason = reason
        self.text = text
        self.data = data
        self.key = key
        self.count = count
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.state = state
    }

    /// The notice at its place.
    package func placed(at sequence: Int64) -> Notice {
        var notice = self
        notice.sequence = sequence
        return notice
    }

    /// Has it count as handed out from when it is written.
    package mutating func handOut() { state = .delivered }

    /// Takes the words of a later one with the same key.
    package mutating func coalesce(with later: Notice) {
        (text, data, updatedAt) = (later.text, later.data, later.updatedAt)
        count += 1
    }

    /// The keys of the questions that it tells of.
    package var askedKeys: [String] { kind == .inputRequired ? data?["keys"]?.array?.compactMap(\.string) ?? [] : [] }

    /// Moves on or back.
    ///
    /// - Returns: whether that changes anything.
    package mutating func mark(_ state: State, at now: Timestamp) -> Bool {
        guard self.state != state else { return false }
        self.state = state
        updatedAt = max(updatedAt, now)
        return true
    }
}

extension JSONValue {
    /// `{"keys": [...]}`: which questions are meant, in notices and timelines.
    package static func keys(of requests: [InputRequest]) -> JSONValue { ["keys": .array(requests.map { .string($0.key) })] }
}
