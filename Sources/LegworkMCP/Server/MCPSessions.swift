public import LegworkCore
import Synchronization

/// The sessions of clients whose messages come one by one, such as over HTTP, by an id that nobody can guess.
///
/// A message that names an id which is not known here (the daemon was restarted, or the session was idle for too long) is to be refused, so
/// that its sender begins anew; over HTTP with 404.
public final class MCPSessions<Session: Sendable>: Sendable {
    /// How often it is looked for sessions that nobody uses any more.
    private static var sweepInterval: Duration { .seconds(60) }

    private struct State {
        var table: MCPSessionTable<Session>
        var isSweeping = false
        var isClosed = false
    }

    private let clock: any TaskClock
    private let isBusy: @Sendable (Session) -> Bool
    private let end: @Sendable (Session) -> Void
    private let state: Lock<State>

    /// Makes an empty collection.
    ///
    /// - Parameters:
    ///   - limits: how many are kept, and how long.
    ///   - clock: tells how long a session was idle.
    ///   - isBusy: whether somebody waits for what a session does. Quick; asked under a lock.
    ///   - end: called once for each session that has to go.
    public init(
        limits: MCPSessionTable<Session>.Limits = .init(),
        clock: any TaskClock = SystemClock(),
        isBusy: @escaping @Sendable (Session) -> Bool,
        end: @escaping @Sendable (Session) -> Void
    ) {
        self.clock = clock
        self.isBusy = isBusy
        self.end = end
        state = Lock(State(table: MCPSessionTable(limits: limits)))
    }

    /// How many there are.
    public var count: Int { state.withLock { $0.table.count } }

    /// Keeps a session, and ends another one if there would be too many.
    ///
    /// - Returns: its id: 32 visible ASCII characters; nil, with the session ended, after ``closeAll()``.
    public func add(_ session: Session, of owner: Owner) -> String? {
        let id = Hexadecimal.text((0..<16).map { _ in .random(in: .min ... .max) })
        let now = clock.uptime
        let (surplus, isClosed, mustSweep) = state.withLock { state -> (Session?, Bool, Bool) in
            if state.isClosed { return (session, true, false) }
            let surplus = state.table.insert(session, id: id, of: owner, at: now, isBusy: isBusy)
            defer { state.isSweeping = true }
            return (surplus, false, !state.isSweeping)
        }
        if let surplus { end(surplus) }
        if mustSweep { Task { await sweep() } }
        return isClosed ? nil : id
    }

    /// The session of an id, which is thereby used; nil when there is none, or it is another owner's.
    public func session(_ id: String, of owner: Owner) -> Session? {
        let now = clock.uptime
        return state.withLock { $0.table.use(id, of: owner, at: now) }
    }

    /// Ends a session.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func close(_ id: String, of owner: Owner) -> Bool {
        let session = state.withLock { $0.table.remove(id, of: owner) }
        if let session { end(session) }
        return session != nil
    }

    /// Ends all sessions, and takes no more.
    public func closeAll() {
        let sessions = state.withLock { state in
            state.isClosed = true
            return state.table.removeAll()
        }
        for session in sessions { end(session) }
    }

    /// Ends those that are idle for too long. One sleeping task, and none when there are no sessions.
    private func sweep() async {
        while (try? await clock.sleep(until: clock.uptime + Self.sweepInterval)) != nil {
            let now = clock.uptime
            let (old, isOver) = state.withLock { state in
                let old = state.table.expire(at: now, isBusy: isBusy)
                state.isSweeping = state.table.count > 0
                return (old, !state.isSweeping)
            }
            for session in old { end(session) }
            if isOver { return }
        }
    }
}

extension MCPSessions<MCPConnection> {
    /// Makes an empty collection of sessions that are connections and nothing more.
    public convenience init(limits: MCPSessionTable<MCPConnection>.Limits = .init(), clock: any TaskClock = SystemClock()) {
        self.init(limits: limits, clock: clock, isBusy: { $0.isBusy }, end: { $0.close() })
    }
}
