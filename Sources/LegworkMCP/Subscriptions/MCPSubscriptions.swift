import LegworkCore
import Synchronization

/// The resources whose changes a client of a revision with a handshake hears of, for as long as its connection lasts.
final class MCPSubscriptions: Sendable {
    /// The most resources of one connection.
    static let limit = 1000

    private let server: MCPServer
    private let announce: @Sendable (MCPNotification) -> Void
    private let changes: MCPChanges
    private let telling = Lock<Task<Void, Never>?>(nil)

    /// - Parameter announce: gets what is to be told to the client; must be quick.
    init(_ server: MCPServer, announce: @escaping @Sendable (MCPNotification) -> Void) {
        self.server = server
        self.announce = announce
        changes = MCPChanges(clock: server.clock)
    }

    deinit { close() }

    /// Begins to tell of a resource's changes. Twice is no mistake.
    func add(_ uri: String) throws(MCPError) {
        let topic = MCPChanges.Topic.resource(uri)
        guard !changes.isWatching(topic) else { return }
        guard changes.count < Self.limit else {
            throw MCPError(.tooManyRequests, "\(Self.limit) resources are subscribed to, more are not taken; unsubscribe from some")
        }
        changes.watch(topic) { server.observe(uri, $0) }
        telling.withLock { task in
            if task == nil { task = Task { [changes, announce] in await Self.tell(changes, announce) } }
        }
    }

    /// Tells no more of a resource's changes.
    func remove(_ uri: String) { changes.forget(.resource(uri)) }

    /// Tells of nothing any more.
    func close() {
        changes.end()
        telling.withLock { $0 }?.cancel()
    }

    private static func tell(_ changes: MCPChanges, _ announce: @Sendable (MCPNotification) -> Void) async {
        // It ends by being cancelled, which is no fault.
        try? await changes.tell { topics in
            for case .resource(let uri) in topics { announce(.resourceUpdated(uri, meta: nil)) }
        }
    }
}

extension MCPNotification {
    /// `notifications/resources/updated`.
    static func resourceUpdated(_ uri: String, meta: JSONObject?) -> MCPNotification {
        var params: JSONObject = ["uri": .string(uri)]
        params["_meta"] = meta.map(JSONValue.object)
        return MCPNotification(json: ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": .object(params)])
    }
}
