/// Asks for the deliveries of a channel of which the time has come.
public struct DueDeliveryQuery: Sendable, Hashable {
    /// The channel.
    public var channel: String
    /// The time.
    public var now: Timestamp
    /// The most deliveries.
    public var limit: Int

    /// Makes a query.
    public init(channel: String, now: Timestamp, limit: Int = 16) {
        self.channel = channel
        self.now = now
        self.limit = min(max(1, limit), 1000)
    }
}

/// The deliveries of which the time has come.
public struct DueDeliveries: Sendable, Hashable {
    /// Those, the longest due first. None of which an older one of the same task, channel and target is still pending.
    public var deliveries: [Delivery]
    /// When the time of the next one comes that is not among them; nil when there is none. May be in the past when there are more than the limit.
    public var next: Timestamp?

    /// Makes an answer.
    public init(_ deliveries: [Delivery], next: Timestamp?) {
        self.deliveries = deliveries
        self.next = next
    }
}

/// The next version of a delivery.
public struct DeliveryChange: Sendable, Hashable {
    /// The next version.
    public var delivery: Delivery
    /// The version that it was made of.
    public var expectedVersion: Int

    /// Makes a change.
    public init(_ delivery: Delivery, replacing expectedVersion: Int) {
        self.delivery = delivery
        self.expectedVersion = expectedVersion
    }
}

/// What became of a change of a delivery.
public enum DeliveryCommitResult: Sendable, Hashable {
    /// It is recorded.
    case applied
    /// It was made of an old version: nothing was written. The delivery as it stands, nil when it is gone.
    case stale(Delivery?)
}

/// Which deliveries to read or to drop: in the order in which they were written.
public struct DeliveryQuery: Sendable, Hashable {
    /// The most deliveries of one answer.
    public static let maximumLimit = 1000

    /// Who reads.
    public var scope: Scope
    /// Only this one.
    public var id: DeliveryID?
    /// Only those of this task.
    public var task: TaskID?
    /// Only those of this channel.
    public var channel: String?
    /// Only those in these states; empty means all.
    public var states: Set<Delivery.State>
    /// Only those behind this place.
    public var after: Int64
    /// The most deliveries, 1 to ``maximumLimit``.
    public var limit: Int

    /// Makes a query.
    public init(
        in scope: Scope,
        id: DeliveryID? = nil,
        task: TaskID? = nil,
        channel: String? = nil,
        states: Set<Delivery.State> = [],
        after: Int64 = 0,
        limit: Int = 100
    ) {
        self.scope = scope
        self.id = id
        self.task = task
        self.channel = channel
        self.states = states
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }

    package func includes(_ delivery: Delivery) -> Bool {
        scope.includes(delivery.owner) && (id.map { $0 == delivery.id } ?? true) && (task.map { $0 == delivery.task } ?? true)
            && (channel.map { $0.isExactly(delivery.channel) } ?? true) && (states.isEmpty || states.contains(delivery.state))
    }
}

/// One page of deliveries.
public struct DeliveryPage: Sendable, Hashable {
    /// The deliveries.
    public var deliveries: [Delivery]
    /// The place behind which the next page begins; nil at the end.
    public var next: Int64?

    /// Makes a page.
    public init(_ deliveries: [Delivery], next: Int64?) {
        self.deliveries = deliveries
        self.next = next
    }
}

/// How much lies in the outbox for one channel.
public struct ChannelStanding: Sendable, Hashable {
    /// The most that is counted of each kind.
    public static let greatestCount = 10_000

    /// The channel, by name; it may be configured no more.
    public var channel: String
    /// How many deliveries wait.
    public var pending: Int
    /// How many were given up.
    public var dead: Int
    /// When the first of those that wait was written.
    public var oldestPending: Timestamp?

    /// Describes it.
    public init(channel: String, pending: Int, dead: Int, oldestPending: Timestamp?) {
        self.channel = channel
        self.pending = pending
        self.dead = dead
        self.oldestPending = oldestPending
    }
}
