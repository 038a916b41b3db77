public import LegworkCore
import Synchronization

/// The connections of clients whose messages come one by one, such as over HTTP, by a session id.
///
/// A message that names an id which is not known here (the daemon was restarted, or the session was idle for too long) is to be refused, so
/// that its sender begins anew; over HTTP with 404.
public final class MCPConnections: Sendable {
    private struct Entry {
        var connection: MCPConnection
        var owner: Owner
        var lastUse: UInt64

        /// Which connections to keep: those that are busy, then those used last.
        var worth: (Int, UInt64) { (connection.openRequests > 0 ? 1 : 0, lastUse) }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let server: MCPServer
    private let limit: Int
    private let state = Lock(State())

    /// Makes an empty collection.
    ///
    /// - Parameters:
    ///   - server: what answers.
    ///   - limit: how many connections are kept. One more, and the one that was idle for longest is closed.
    public init(_ server: MCPServer, limit: Int = 1000) {
        self.server = server
        self.limit = max(1, limit)
    }

    /// How many connections there are.
    public var count: Int { state.withLock { $0.entries.count } }

    /// Opens a connection.
    ///
    /// - Returns: the connection and its id: 32 visible ASCII characters that nobody can guess.
    public func open(as caller: Caller, over transport: MCPTransport) -> (id: String, connection: MCPConnection) {
        let connection = server.connect(as: caller, over: transport)
        let id = (0..<2).map { _ in Self.hex(.random(in: .min ... .max)) }.joined()
        let surplus = state.withLock { state -> MCPConnection? in
            state.uses += 1
            state.entries[id] = Entry(connection: connection, owner: caller.owner, lastUse: state.uses)
            guard state.entries.count > limit else { return nil }
            // Somebody waits for those that are busy, so an idle one goes first, however it ranks.
            let oldest = state.entries.filter { $0.key != id }.min { $0.value.worth < $1.value.worth }
            return oldest.flatMap { state.entries.removeValue(forKey: $0.key)?.connection }
        }
        surplus?.close()
        return (id, connection)
    }

    /// The connection of an id; nil when there is none, or it is another owner's.
    public func connection(_ id: String, of owner: Owner) -> MCPConnection? {
        state.withLock { state in
            guard state.entries[id]?.owner == owner else { return nil }
            state.uses += 1
            state.entries[id]?.lastUse = state.uses
            return state.entries[id]?.connection
        }
    }

    /// Closes a connection; see ``MCPConnection/close()``.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func close(_ id: String, of owner: Owner) -> Bool {
        let connection = state.withLock { state in
            state.entries[id]?.owner == owner ? state.entries.removeValue(forKey: id)?.connection : nil
        }
        connection?.close()
        return connection != nil
    }

    private static func hex(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
