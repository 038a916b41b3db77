/// Names a message for ever: whoever gets it twice knows it by this.
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    /// The longest id, in UTF-8 bytes.
    public static let maximumLength = 128

    /// The id's text.
    public let text: String

    /// Takes an id that the sender chose.
    public init(_ text: String) { self.text = text }

    /// The id's text.
    public var description: String { text }

    /// Whether two ids are one: their texts have the same bytes.
    public static func == (left: MessageID, right: MessageID) -> Bool { left.text.isExactly(right.text) }

    /// Hashes the text's bytes.
    public func hash(into hasher: inout Hasher) { text.hashExactly(into: &hasher) }

    /// An id nobody else has: `msg_` and 128 random bits.
    public static func random() -> MessageID {
        MessageID("msg_" + TaskID.random().description.dropFirst(TaskID.marker.count))
    }
}

/// A message in the inbox of a task.
public struct TaskMessage: Sendable, Hashable {
    /// Who sent it.
    public struct Sender: Sendable, Hashable {
        /// The sender's owner, whose dead letter it becomes when it cannot be delivered.
        public var owner: Owner
        /// The task that sent it; nil when it came from outside.
        public var task: TaskID?
        /// The sender's name: the task's, the agent's, or what the door says of a person.
        public var name: String?

        /// Describes a sender.
        public init(owner: Owner, task: TaskID? = nil, name: String? = nil) {
            self.owner = owner
            self.task = task
            self.name = name
        }
    }

    /// Stays the same however often the message is sent or delivered.
    public let id: MessageID
    /// The place in the inbox, from 1, given by the store.
    public package(set) var sequence: Int
    /// Who sent it.
    public let sender: Sender
    /// What it says: text, or any JSON value.
    public let content: JSONValue
    /// When it was sent.
    public let sentAt: Timestamp
    /// How often it was given to the task. More than once when an attempt ended before it came to the next message.
    public package(set) var deliveries: Int

    /// Describes a message that is to be sent.
    public init(id: MessageID = .random(), from sender: Sender, _ content: JSONValue, at now: Timestamp) {
        self.init(id: id, sequence: 0, sender: sender, content: content, sentAt: now, deliveries: 0)
    }

    /// A message of its parts, for stores.
    package init(id: MessageID, sequence: Int, sender: Sender, content: JSONValue, sentAt: Timestamp, deliveries: Int) {
        self.id = id
        self.sequence = sequence
        self.sender = sender
        self.content = content
        self.sentAt = sentAt
        self.deliveries = deliveries
    }

    /// The text of a message that is one.
    public var text: String { content.string ?? content.json() }
}

/// A message that could not be delivered, kept for its sender.
public struct DeadLetter: Sendable, Hashable {
    /// Why it could not be delivered.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The recipient ended before it came to the message.
        case finished
        /// The recipient was given the message too often without coming to the next one.
        case gaveUp = "gave_up"
    }

    /// The most letters that are kept for one owner; the oldest go first.
    public static let maximumPerOwner = 10_000

    /// Names the letter among all of the store.
    public package(set) var number: Int64
    /// The message, with the id it always had.
    public var message: TaskMessage
    /// Whom it was for.
    public var recipient: TaskID
    /// The recipient's owner.
    public var recipientOwner: Owner
    /// The recipient's name, by which a successor may be found.
    public var recipientName: String?
    /// Why it was not delivered.
    public var reason: Reason
    /// When that was found.
    public var at: Timestamp

    /// Describes a letter; the store gives it its number.
    package init(
        number: Int64 = 0,
        _ message: TaskMessage,
        to recipient: TaskID,
        of recipientOwner: Owner,
        named recipientName: String?,
        reason: Reason,
        at: Timestamp
    ) {
        self.number = number
        self.message = message
        self.recipient = recipient
        self.recipientOwner = recipientOwner
        self.recipientName = recipientName
        self.reason = reason
        self.at = at
    }
}
