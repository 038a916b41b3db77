public import LegworkCore

/// What somebody asks for who wants to have told in a channel what becomes of a task.
public struct RedirectWish: Sendable, Hashable {
    /// The most characters of a result that can be asked for.
    public static let greatestCharacters = 1_000_000

    /// The channel, by name; nil takes the one that a rule gives those who name none.
    public var channel: String?
    /// Where in the channel; nil takes the channel's own place, or the rule's.
    public var target: String?
    /// What is told: at least one of ``Redirect/tellable``.
    public var statuses: Set<TaskStatus>
    /// The most characters of the result, 1 to ``greatestCharacters``; nil leaves it to the rule or the channel.
    public var maximumCharacters: Int?

    /// Describes a wish.
    public init(
        to channel: String? = nil,
        target: String? = nil,
        on statuses: Set<TaskStatus> = Redirect.ends,
        maximumCharacters: Int? = nil
    ) {
        self.channel = channel
        self.target = target
        self.statuses = statuses
        self.maximumCharacters = maximumCharacters
    }
}

/// What became of a wish.
public struct RedirectReceipt: Sendable, Hashable {
    /// The redirect as the task has it.
    public var redirect: Redirect
    /// Whether it is new; false when the task had one that tells the same in the same place.
    public var isNew: Bool
    /// What is told at once, for a task that stood as the wish says already.
    public var delivery: Delivery?

    /// Describes it.
    public init(_ redirect: Redirect, isNew: Bool, delivery: Delivery? = nil) {
        self.redirect = redirect
        self.isNew = isNew
        self.delivery = delivery
    }
}
