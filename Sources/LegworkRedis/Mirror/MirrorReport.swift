public import LegworkCore

/// How a mirror stands.
public struct MirrorReport: Sendable, Hashable {
    /// Tasks that are known to have changed and wait to be written.
    public var pending = 0
    /// Writes that Redis has confirmed since the mirror was made.
    public var written = 0
    /// Tasks that could not be written and why, at most 1000. They are tried again when they change, and every half expiry.
    public var refused: [TaskID: RedisError] = [:]
    /// What keeps the mirror from writing now, while it tries again; nil when nothing does.
    public var problem: RedisError?

    /// A mirror that has not begun.
    public init() {}
}
