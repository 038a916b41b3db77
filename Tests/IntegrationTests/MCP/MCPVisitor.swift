import LegworkCore
import Synchronization

/// An MCP client over HTTP, as much as a test needs of one: a socket for every request.
struct MCPVisitor: Sendable {
    let site: Site
    /// Fields that go with every request.
    var headers: [String] = []

    init(_ site: Site) { self.site = site }

    // MARK: - Any request

    static let kinds = ["Accept: application/json, text/event-stream"]

    /// Sends a request, and reads the whole answer.
    func send(_ method: String, _ headers: [String] = kinds, _ body: [UInt8] = []) async throws -> Reply {
        try await site.http(method, "/mcp", headers: self.headers + headers, body: body)
    }

    /// Sends a request, and reads as much of the answer as is asked for.
    func open(_ method: String, _ headers: [String] = kinds, _ body: [UInt8] = []) async throws -> MCPVisit {
        let socket = site.socket
        return try await offPool {
            let connection = try Connection(unix: socket)
            connection.send(method, "/mcp", headers: self.headers + headers, body: body)
            return MCPVisit(connection)
        }
    }

    // MARK: - The modern era

    /// Fields of a request as the modern era wants them.
    static func fields(_ method: String, _ params: JSONObject) -> [String] {
        let name = params["name"] ?? params["uri"] ?? params["taskId"]
        return kinds + ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)"] + (name?.string.map { ["Mcp-Name: \($0)"] } ?? [])
    }

    static func message(_ method: String, _ params: JSONValue?, id: JSONValue? = 1) -> [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0", "method": .string(method)]
        message["id"] = id
        message["params"] = params
        return JSONValue.object(message).jsonBytes()
    }

    func ask(_ method: String, _ params: JSONObject = [:]) async throws -> Reply {
        try await send("POST", Self.fields(method, params), Self.message(method, MCPHost.modern(params)))
    }

    // MARK: - The older one

    static func initialize(_ revision: String = "2025-11-25") -> [UInt8] {
        let client: JSONValue = ["name": "tests", "version": "1"]
        return message("initialize", ["protocolVersion": .string(revision), "capabilities": [:], "clientInfo": client], id: 0)
    }

    /// Opens a session, and gives the visitor who names it with every request.
    func session(_ revision: String = "2025-11-25") async throws -> MCPVisitor {
        let reply = try await send("POST", Self.kinds, Self.initialize(revision))
        guard reply.status == 200, let id = reply.header("Mcp-Session-Id") else { throw Failure("no session was opened: \(reply)") }
        var visitor = self
        visitor.headers += ["Mcp-Session-Id: \(id)", "MCP-Protocol-Version: \(revision)"]
        let taken = try await visitor.send("POST", Self.kinds, Self.message("notifications/initialized", nil, id: nil))
        guard taken.status == 202, taken.body.isEmpty else { throw Failure("the session was not begun: \(taken)") }
        return visitor
    }

    func askInSession(_ method: String, _ params: JSONValue? = nil, id: JSONValue = 1) async throws -> Reply {
        try await send("POST", Self.kinds, Self.message(method, params, id: id))
    }
}

/// An answer that is read as it comes.
final class MCPVisit: Sendable {
    /// An event of a stream.
    struct Event: Sendable {
        var id: String?
        var data = ""
        var json: JSONValue { (try? JSONValue(parsing: data)) ?? .null }
    }

    private let connection: Connection
    private let read = Lock<[UInt8]>([])

    init(_ connection: Connection) { self.connection = connection }

    func close() { connection.close() }

    /// Waits for the head.
    func reply() async throws -> Reply {
        try await readOn { $0.firstRange(of: Array("\r\n\r\n".utf8)) != nil }
        return try Reply(read.withLock { $0 })
    }

    /// Waits for so many events.
    func events(_ count: Int) async throws -> [Event] {
        try await readOn { Self.events(in: $0).count >= count }
        let events = Self.events(in: read.withLock { $0 })
        guard events.count >= count else { throw Failure("there are only \(events.count) events: \(events)") }
        return events
    }

    /// Waits for the end, and gives all events.
    func allEvents() async throws -> [Event] {
        try await readOn { _ in false }
        return Self.events(in: read.withLock { $0 })
    }

    /// Waits for the end, and gives the message that came last, as an event or alone.
    func answer() async throws -> JSONValue {
        if let last = try await allEvents().last { return last.json }
        return try await reply().json
    }

    private func readOn(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async throws {
        try await offPool {
            while !isEnough(self.read.withLock { $0 }), let more = self.connection.more() { self.read.withLock { $0 += more } }
        }
    }

    /// The events that are complete. Lines that are no fields, such as the sizes of chunks, are passed over.
    private static func events(in bytes: [UInt8]) -> [Event] {
        guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
        let lines = bytes[head.upperBound...].split(separator: 0x0A, omittingEmptySubsequences: false)
        var (events, event): ([Event], Event?) = ([], nil)
        for line in lines.dropLast().map({ String(decoding: $0, as: UTF8.self) }) {
            if line.hasPrefix("id: ") { event = Event(id: String(line.dropFirst(4)), data: event?.data ?? "") }
            if line.hasPrefix("data: ") { event = Event(id: event?.id, data: String(line.dropFirst(6))) }
            if line.isEmpty, let complete = event {
                events.append(complete)
                event = nil
            }
        }
        return events
    }
}

extension Reply {
    /// The value of a header field.
    func header(_ name: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }

    /// The code of the JSON-RPC error.
    var mcpCode: Int? { json["error"]?["code"]?.int }
}
