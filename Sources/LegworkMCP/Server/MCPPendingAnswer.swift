/// An answer that takes time.
public final class MCPPendingAnswer: Sendable {
    private let connection: MCPConnection
    private let request: MCPOpenRequest

    init(_ connection: MCPConnection, _ request: MCPOpenRequest) {
        self.connection = connection
        self.request = request
    }

    // Whoever throws a pending answer away must not leave the request open for ever.
    deinit { connection.finish(request) }

    /// Does what the request asks for. To be called once; see ``MCPConnection/handle(_:notify:)`` for cancellation.
    ///
    /// - Parameter notify: gets what is to be sent before the answer, in order. Called from any thread; must be quick.
    /// - Returns: the answer; nil when the client has called its request off, and wants none.
    public func answer(notify: @escaping @Sendable (MCPNotification) -> Void = { _ in }) async -> MCPAnswer? {
        await connection.work(on: request, notify)
    }
}
