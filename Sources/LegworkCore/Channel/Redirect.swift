/// The wish that what becomes of a task be told in a channel.
public struct Redirect: Sendable, Hashable {
    /// The most redirects of one task.
    public static let maximumCount = 16
    /// The longest name of a channel and of a place in it, in UTF-8 bytes.
    public static let maximumNameBytes = 256
    /// What is told where nothing else is wished: that the task ended.
    public static let ends: Set<TaskStatus> = [.completed, .failed, .cancelled]
    /// What can be told.
    public static let tellable: Set<TaskStatus> = [.completed, .failed, .cancelled, .stopped, .inputRequired]

    /// Its number among the task's redirects, from 1, given when it is added and never used again.
    public package(set) var number: Int
    /// The channel, by the name that the configuration gives it.
    public let channel: String
    /// Where in the channel, such as a room, where it has several places; nil is the channel's own.
    public let target: String?
    /// What is told.
    public let statuses: Set<TaskStatus>
    /// The most characters of the result; nil leaves it to the channel.
    public let maximumCharacters: Int?
    /// Whether it came from a rule and not from somebody who asked for it: then a caller who gets the end as the answer to his call is told
    /// nowhere else.
    public package(set) var isStanding: Bool

    /// Describes a redirect.
    public init(
        to channel: String,
        target: String? = nil,
        on statuses: Set<TaskStatus> = Redirect.ends,
        maximumCharacters: Int? = nil,
        isStanding: Bool = false
    ) {
        number = 0
        self.channel = channel
        self.target = target
        self.statuses = statuses.intersection(Self.tellable)
        self.maximumCharacters = maximumCharacters
        self.isStanding = isStanding
    }

    /// Whether another tells the same in the same place.
    public func isSame(as other: Redirect) -> Bool {
        channel.isExactly(other.channel) && target.isExactly(other.target) && statuses == other.statuses
            && maximumCharacters == other.maximumCharacters
    }
}
