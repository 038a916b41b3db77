import LegworkCore
import LegworkEventLoop
import LegworkHTTP
import Synchronization

/// A client of event streams as they are in the field: it keeps what comes, and connects again with its last id when a stream ends.
final class EventClient: Sendable {
    fileprivate struct State {
        var events: [HTTPServerSentEvent] = []
        var lastID: String?
        var connections = 0
        var waiters: [(isReady: @Sendable ([HTTPServerSentEvent]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let site: Site
    private let target: String
    private let headers: HTTPHeaders
    private let loop: EventLoop
    private let client: HTTPClient
    private let state = Lock(State())

    /// - Parameter headers: beside `Accept`.
    init(_ site: Site, _ target: String, headers: HTTPHeaders = [:]) throws {
        self.site = site
        self.target = target
        self.headers = headers
        loop = try EventLoop(name: "client")
        client = try HTTPClient(loop: loop)
    }

    deinit { loop.stop() }

    /// All that has come so far.
    var events: [HTTPServerSentEvent] { state.withLock { $0.events } }
    /// How often it has connected.
    var connections: Int { state.withLock { $0.connections } }
    /// The data of the timeline entries among them.
    var entries: [JSONValue] {
        events.filter { !["state", "progress", "gap", "end"].contains($0.event) }.compactMap {
            try? JSONValue(parsing: Array($0.data.utf8))
        }
    }

    /// Connects once and reads to the end of the stream.
    ///
    /// - Returns: the status; nil where nobody answered, or the connection broke.
    func connect() async -> Int? {
        var request = HTTPClientRequest(
            method: "GET",
            destination: .unixSocket(path: site.socket, target: target),
            headers: headers
        )
        request.headers["Accept"] = "text/event-stream"
        request.headers["Last-Event-ID"] = state.withLock { $0.lastID }
        request.idleTimeout = nil
        request.totalTimeout = nil
        let asked = request
        do {
            let response = try await client.send(asked)
            state.withLock { $0.connections += 1 }
            guard response.status == 200 else {
                _ = try await response.body.collect(upTo: 1 << 20)
                return response.status
            }
            for try await event in response.body.events() { note(event) }
            return 200
        } catch {
            return nil
        }
    }

    private func note(_ event: HTTPServerSentEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            if let id = event.id { state.lastID = id }
            return state.takeReady()
        }
        for continuation in ready { continuation.resume() }
    }

    /// Waits until what has come is as wanted.
    func wait(until isReady: @escaping @Sendable ([HTTPServerSentEvent]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isReady(state.events) { return true }
                state.waiters.append((isReady, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Waits until some timeline entry has come whose kind and task are given.
    func wait(for kind: String, of task: String) async {
        await wait { events in events.contains { $0.event == kind && $0.data.contains(task) } }
    }
}

extension EventClient.State {
    fileprivate mutating func takeReady() -> [CheckedContinuation<Void, Never>] {
        let events = events
        let ready = waiters.filter { $0.isReady(events) }
        waiters.removeAll { $0.isReady(events) }
        return ready.map(\.continuation)
    }
}
