import LegworkEventLoop

/// What a server has to do at a moment.
public struct HTTPServerLoad: Sendable, Hashable {
    /// How many connections are open.
    public var connections = 0
    /// How many of them are TCP connections.
    public var tcpConnections = 0
    /// How many requests are being answered.
    public var requests = 0
    /// How many of them get a stream of events.
    public var streams = 0

    /// Nothing to do.
    public init() {}
}

extension HTTPServer {
    /// What there is to do now; nothing once the loop has ended.
    public func load() async -> HTTPServerLoad {
        await withCheckedContinuation { continuation in
            let isAccepted = loop.execute {
                var load = HTTPServerLoad()
                load.connections = self.connections.count
                load.tcpConnections = self.tcpConnections
                load.requests = self.exchanges.count
                load.streams = self.exchanges.values.count { $0.isEventStream }
                continuation.resume(returning: load)
            }
            if !isAccepted { continuation.resume(returning: HTTPServerLoad()) }
        }
    }
}
