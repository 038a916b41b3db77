/// A place in the order in which timeline entries became visible. Places go up, over restarts too, and are never given twice.
public struct FeedPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Before all entries.
    public static let start = FeedPosition(0)

    /// The number.
    public let rawValue: Int64

    /// Names a place.
    public init(_ rawValue: Int64) { self.rawValue = max(0, rawValue) }

    /// Reads a place that was printed; nil when it is none.
    public init?(_ text: some StringProtocol) {
        guard let number = Int64(text), number >= 0 else { return nil }
        rawValue = number
    }

    /// The number as text.
    public var description: String { String(rawValue) }

    /// Whether one place comes before another.
    public static func < (left: FeedPosition, right: FeedPosition) -> Bool { left.rawValue < right.rawValue }
}

/// Which part of a feed to read: the timeline entries of all tasks of a scope, in the order in which they became visible.
public struct FeedQuery: Sendable, Hashable {
    /// The most entries that are read at once.
    public static let maximumLimit = 1000

    /// Who reads.
    public var scope: Scope
    /// Only entries after this place; nil reads none, and says where the feed ends now.
    public var after: FeedPosition?
    /// The most entries, 1 to ``maximumLimit``.
    public var limit: Int

    /// Makes a query.
    public init(in scope: Scope, after: FeedPosition?, limit: Int = 100) {
        self.scope = scope
        self.after = after
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

/// One timeline entry in a feed.
public struct FeedEntry: Sendable, Hashable {
    /// Its place in the feed.
    public var position: FeedPosition
    /// The task.
    public var task: TaskID
    /// What happened.
    public var event: TaskEvent

    /// Makes an entry.
    public init(position: FeedPosition, task: TaskID, event: TaskEvent) {
        self.position = position
        self.task = task
        self.event = event
    }
}

/// A part of a feed.
public struct FeedPage: Sendable, Hashable {
    /// The entries in order. Fewer than asked for mean that there were no more.
    public var entries: [FeedEntry]
    /// From where to read on.
    public var next: FeedPosition
    /// Whether entries after the place asked for are kept no more: those of tasks that were deleted and from the middle of long timelines. Also
    /// when the place is none that this store ever gave, and reading began at the start.
    public var hasGap: Bool

    /// Makes a page.
    public init(_ entries: [FeedEntry], next: FeedPosition, hasGap: Bool) {
        self.entries = entries
        self.next = next
        self.hasGap = hasGap
    }
}
