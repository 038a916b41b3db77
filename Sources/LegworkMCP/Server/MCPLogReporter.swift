import LegworkCore
import Synchronization

/// Sends what a tool logs to the client that waits for it, in order.
final class MCPLogReporter: Sendable {
    private let log: Lock<MCPLog>
    private let notify: @Sendable (MCPNotification) -> Void

    /// - Returns: nil for a client that wants none.
    init?(_ exchange: MCPExchange, _ tool: String, _ notify: @escaping @Sendable (MCPNotification) -> Void) {
        guard let level = exchange.logLevel else { return nil }
        log = Lock(MCPLog(from: level, logger: tool))
        self.notify = notify
    }

    func report(_ entry: ToolLogEntry) {
        // Within the lock, so that they go out in the order in which they came.
        log.withLock { log in
            if let message = log.take(entry) { notify(message) }
        }
    }
}
