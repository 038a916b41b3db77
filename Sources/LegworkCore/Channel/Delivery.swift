/// One sending of what became of a task to one channel: the row of the outbox.
///
/// It is written in the transaction in which it happened, and stays until the channel has taken it or somebody has dropped it.
public struct Delivery: Sendable, Hashable {
    /// How far a delivery has come.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It is to be sent, or sent again.
        case pending
        /// The channel has taken it.
        case delivered
        /// It was given up; it can be sent again or dropped.
        case dead
    }

    /// The longest ``problem``, in UTF-8 bytes.
    public static let maximumProblemBytes = 1000
    /// The most bytes of ``receipt`` as JSON.
    public static let maximumReceiptBytes = 4096

    /// Its name, the same at every try.
    public let id: DeliveryID
    /// The channel, by name.
    public let channel: String
    /// Where in the channel; nil is the channel's own place.
    public let target: String?
    /// The most characters of the result; nil leaves it to the channel.
    public let maximumCharacters: Int?
    /// What is told.
    public let content: DeliveryContent
    /// When it was written.
    public let createdAt: Timestamp

    /// How far it has come.
    public package(set) var state: State
    /// When it is to be sent, while it is pending.
    public package(set) var dueAt: Timestamp
    /// How often sending it was begun.
    public package(set) var tries: Int
    /// How many of its messages the channel has taken.
    public package(set) var sent: Int
    /// What the channel said when it took the last one, such as the thread that the next one belongs to.
    public package(set) var receipt: JSONValue?
    /// Why it was not taken the last time, or why it was given up. Names no secret.
    public package(set) var problem: String?
    /// When it last changed.
    public package(set) var updatedAt: Timestamp
    /// Counts the changes; a store refuses a change that was made of an older version.
    public package(set) var version: Int

    /// The task that it tells of.
    public var task: TaskID { id.task }
    /// Who may see it.
    public var owner: Owner { content.owner }

    /// Describes a new delivery, due at once.
    public init(
        id: DeliveryID,
        channel: String,
        target: String? = nil,
        maximumCharacters: Int? = nil,
        content: DeliveryContent,
        createdAt: Timestamp
    ) {
        self.init(
            id: id,
            channel: channel,
            target: target,
            maximumCharacters: maximumCharacters,
            content: content,
            createdAt: createdAt,
            state: .pending,
            dueAt: createdAt,
            tries: 0,
            sent: 0,
            receipt: nil,
            problem: nil,
            updatedAt: createdAt,
            version: 1
        )
    }

    /// A delivery of its parts, for stores.
    package init(
        id: DeliveryID,
        channel: String,
        target: String?,
        maximumCharacters: Int?,
        content: DeliveryContent,
        createdAt: Timestamp,
        state: State,
        dueAt: Timestamp,
        tries: Int,
        sent: Int,
        receipt: JSONValue?,
        problem: String?,
        updatedAt: Timestamp,
        version: Int
    ) {
        self.id = id
        self.channel = channel
        self.target = target
        self.maximumCharacters = maximumCharacters
        self.content = content
        self.createdAt = createdAt
        self.state = state
        self.dueAt = dueAt
        self.tries = tries
        self.sent = sent
        self.receipt = receipt
        self.problem = problem
        self.updatedAt = updatedAt
        self.version = version
    }

    // MARK: - Its life

    /// The channel has taken one more message; later ones are still to come.
    public mutating func took(_ receipt: JSONValue?, at now: Timestamp) {
        sent += 1
        self.receipt = receipt
        touch(at: now)
    }

    /// The channel has taken all of it.
    public mutating func arrived(_ receipt: JSONValue?, at now: Timestamp) {
        sent += 1
        tries += 1
        self.receipt = receipt
        state = .delivered
        problem = nil
        touch(at: now)
    }

    /// It was not taken, and is to be sent again.
    ///
    /// - Parameter counts: whether it was this delivery's try, and not the channel that cannot be reached at all.
    public mutating func postponed(until due: Timestamp, _ problem: String, counts: Bool = true, at now: Timestamp) {
        if counts { tries += 1 }
        dueAt = due
        self.problem = problem.truncated(toBytes: Self.maximumProblemBytes)
        touch(at: now)
    }

    /// It is given up.
    public mutating func gaveUp(_ problem: String, at now: Timestamp) {
        tries += 1
        state = .dead
        self.problem = problem.truncated(toBytes: Self.maximumProblemBytes)
        touch(at: now)
    }

    /// Whether it waits for something that may make it superfluous, and nobody has begun to send it.
    package var isHeldBack: Bool { state == .pending && version == 1 && dueAt > createdAt }

    /// It is written, but not to be sent before then.
    package mutating func holdBack(until due: Timestamp) { dueAt = due }

    /// It is sent again from where it stood, or whole when it had arrived.
    public mutating func replayed(at now: Timestamp) {
        if state == .delivered { (sent, receipt) = (0, nil) }
        state = .pending
        tries = 0
        dueAt = now
        problem = nil
        touch(at: now)
    }

    private mutating func touch(at now: Timestamp) {
        version += 1
        updatedAt = max(updatedAt, now)
    }
}
