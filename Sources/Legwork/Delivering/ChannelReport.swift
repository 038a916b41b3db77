public import LegworkCore

/// How a channel stands.
public struct ChannelReport: Sendable, Hashable {
    /// Whether things are sent there. Its `rawValue` is the word for it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// They are.
        case ok
        /// Not now: it could not be reached several times, or wants to hear nothing for a while. It is tried again by itself.
        case waiting
        /// What is sent there is refused until somebody mends the configuration. It is tried again by itself, seldom.
        case blocked
    }

    /// Its name.
    public var name: String
    /// The kind of channel; empty when the configuration has no channel of this name any more.
    public var kind: String
    /// Whether it is where something is told when nobody names a channel.
    public var isDefault: Bool
    /// Whether things are sent there.
    public var state: State
    /// Why not, where they are not.
    public var problem: String?
    /// How many deliveries wait, of those that the asker may see; at most ``ChannelStanding/greatestCount``.
    public var pending: Int
    /// How many were given up; counted as ``pending``.
    public var dead: Int
    /// When the first of those that wait was written.
    public var oldestPending: Timestamp?

    /// Describes a channel.
    public init(
        name: String,
        kind: String,
        isDefault: Bool,
        state: State,
        problem: String? = nil,
        pending: Int = 0,
        dead: Int = 0,
        oldestPending: Timestamp? = nil
    ) {
        self.name = name
        self.kind = kind
        self.isDefault = isDefault
        self.state = state
        self.problem = problem
        self.pending = pending
        self.dead = dead
        self.oldestPending = oldestPending
    }
}
