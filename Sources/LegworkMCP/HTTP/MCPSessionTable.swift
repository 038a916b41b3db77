public import LegworkCore

/// Who keeps which session, and which ones have to go. Pure: what makes ids, tells the time and closes sessions is around it.
public struct MCPSessionTable<Session: Sendable>: Sendable {
    /// How many sessions there may be, and for how long.
    public struct Limits: Sendable {
        /// How many in all.
        public var total = 1000
        /// How many of one owner.
        public var perOwner = 100
        /// How long one is kept that nobody uses.
        public var idleTime = Duration.seconds(3600)

        /// The usual values.
        public init() {}
    }

    private struct Entry: Sendable {
        let session: Session
        let owner: Owner
        var lastUse: Duration
        /// Tells apart what was used at the same moment.
        var use: Int
    }

    private let limits: Limits
    private var entries: [String: Entry] = [:]
    private var uses = 0

    /// Makes an empty table.
    public init(limits: Limits = Limits()) { self.limits = limits }

    /// How many sessions there are.
    public var count: Int { entries.count }

    /// Adds a session.
    ///
    /// - Parameters:
    ///   - isBusy: whether somebody waits for what a session does. An idle one goes before those, however long ago they were used.
    /// - Returns: the session that has to go for it, if one has to: of this owner when he has too many, else of all.
    public mutating func insert(_ session: Session, id: String, of owner: Owner, at now: Duration, isBusy: (Session) -> Bool) -> Session? {
        let own = entries.filter { $0.value.owner == owner }
        let crowd = own.count >= limits.perOwner ? own : entries.count >= limits.total ? entries : [:]
        func worth(_ entry: Entry) -> (Int, Int) { (isBusy(entry.session) ? 1 : 0, entry.use) }
        let oldest = crowd.min { worth($0.value) < worth($1.value) }
        uses += 1
        entries[id] = Entry(session: session, owner: owner, lastUse: now, use: uses)
        return oldest.flatMap { entries.removeValue(forKey: $0.key)?.session }
    }

    /// The session of an id, which is thereby used; nil when there is none, or it is another owner's.
    public mutating func use(_ id: String, of owner: Owner, at now: Duration) -> Session? {
        guard entries[id]?.owner == owner else { return nil }
        uses += 1
        entries[id]?.lastUse = now
        entries[id]?.use = uses
        return entries[id]?.session
    }

    /// Takes a session out; nil when there is none, or it is another owner's.
    public mutating func remove(_ id: String, of owner: Owner) -> Session? {
        guard entries[id]?.owner == owner else { return nil }
        return entries.removeValue(forKey: id)?.session
    }

    /// Takes those out that nobody has used for too long.
    public mutating func expire(at now: Duration, isBusy: (Session) -> Bool) -> [Session] {
        let old = entries.filter { now - $0.value.lastUse >= limits.idleTime && !isBusy($0.value.session) }
        return old.keys.compactMap { entries.removeValue(forKey: $0)?.session }
    }

    /// Takes all out.
    public mutating func removeAll() -> [Session] {
        defer { entries = [:] }
        return entries.values.map(\.session)
    }
}
