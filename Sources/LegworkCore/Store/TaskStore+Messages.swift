/// How much may lie unread in one inbox.
public struct InboxLimit: Sendable, Hashable {
    /// How many places back from the last one that was dealt with messages that were taken are remembered by their id, so that a repeated
    /// one is known.
    public static let remembered = 1000

    /// The most messages.
    public var count: Int
    /// The most bytes of content, as JSON.
    public var bytes: Int

    /// Describes a limit.
    public init(count: Int, bytes: Int) {
        self.count = count
        self.bytes = bytes
    }

    /// 1,000 messages and 16 MiB.
    public static let standard = InboxLimit(count: 1000, bytes: 16 << 20)
}

/// A message for a task.
public struct SendRequest: Sendable {
    /// Which tasks the sender may write to.
    public var scope: Scope
    /// The recipient.
    public var recipient: TaskID
    /// The message.
    public var message: TaskMessage
    /// How much may lie unread in the inbox, this message included.
    public var limit: InboxLimit

    /// Makes a request.
    public init(_ message: TaskMessage, to recipient: TaskID, in scope: Scope, limit: InboxLimit = .standard) {
        self.scope = scope
        self.recipient = recipient
        self.message = message
        self.limit = limit
    }
}

/// What became of a message.
public enum SendResult: Sendable, Hashable {
    /// It lies in the inbox, at this place.
    case queued(sequence: Int)
    /// A message with this id lies in the inbox, or was taken from it lately; nothing was written.
    case duplicate
    /// The inbox is full: so many messages lie there. Try again when the task has read some.
    case full(unread: Int)
    /// The task has ended.
    case finished(TaskStatus)
    /// The task takes no messages.
    case noInbox
    /// There is no such task in the scope.
    case notFound
}

/// An attempt comes to its next message.
public struct TakeRequest: Sendable {
    /// The task.
    public var id: TaskID
    /// The attempt's token.
    public var token: LeaseToken
    /// The place of the last message that was dealt with; it and those before it are removed.
    public var acknowledging: Int
    /// The most messages to give.
    public var limit: Int
    /// How often a message is given before it becomes a dead letter.
    public var maximumDeliveries: Int
    /// The time.
    public var now: Timestamp

    /// Makes a request.
    public init(_ id: TaskID, token: LeaseToken, acknowledging: Int, limit: Int = 1, maximumDeliveries: Int = 5, now: Timestamp) {
        self.id = id
        self.token = token
        self.acknowledging = acknowledging
        self.limit = limit
        self.maximumDeliveries = maximumDeliveries
        self.now = now
    }
}

/// What an attempt finds in its inbox.
public enum TakeReply: Sendable, Hashable {
    /// The oldest messages; none when the inbox is empty.
    case messages([TaskMessage])
    /// The task is gone, or another attempt's.
    case lost
}

/// Which dead letters to read: those whose sender the scope covers, in order of their numbers.
public struct DeadLetterQuery: Sendable, Hashable {
    /// Who reads.
    public var scope: Scope
    /// Only these numbers; empty means all.
    public var numbers: [Int64]
    /// Only letters after this number.
    public var after: Int64
    /// The most letters.
    public var limit: Int

    /// Makes a query.
    public init(in scope: Scope, numbers: [Int64] = [], after: Int64 = 0, limit: Int = 100) {
        self.scope = scope
        self.numbers = numbers
        self.after = after
        self.limit = min(max(1, limit), 1000)
    }
}

/// Sends one dead letter once more.
public struct ReplayRequest: Sendable {
    /// Who replays.
    public var scope: Scope
    /// The letter.
    public var number: Int64
    /// How much may lie unread in the inbox.
    public var limit: InboxLimit

    /// Makes a request.
    public init(_ number: Int64, in scope: Scope, limit: InboxLimit = .standard) {
        self.scope = scope
        self.number = number
        self.limit = limit
    }
}

/// What became of a dead letter that was sent again.
public struct ReplayResult: Sendable, Hashable {
    /// Who was to get it: the recipient, or its successor of the same name.
    public var recipient: TaskID
    /// What became of it.
    public var result: SendResult

    /// Describes a result.
    public init(recipient: TaskID, result: SendResult) {
        self.recipient = recipient
        self.result = result
    }
}
