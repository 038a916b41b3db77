import LegworkCore
import LegworkHTTP
import LegworkSQLite
import Synchronization

/// What only the daemon can say of itself, for the metrics.
final class DaemonGauges: Sendable {
    let routes = RouteMetrics()
    private let store: SQLiteTaskStore
    // The server's handler leads here.
    private let server = Lock<WeakServer>(WeakServer())

    private struct WeakServer: Sendable {
        weak var value: HTTPServer?
    }

    init(store: SQLiteTaskStore) { self.store = store }

    /// Says whose load is meant, once the server is there.
    func watch(_ server: HTTPServer) { self.server.withLock { $0.value = server } }

    var storage: StoreStatistics { store.statistics }

    func load() async -> HTTPServerLoad { await server.withLock { $0.value }?.load() ?? HTTPServerLoad() }
}
