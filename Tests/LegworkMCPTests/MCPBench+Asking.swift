import Legwork
import LegworkMCP
import LegworkTestKit
import Synchronization
import Testing

/// A client with a handshake that answers what the server asks of it, as a test says.
final class AskedClient: Sendable {
    let connection: MCPConnection
    /// All that came beside answers, in order.
    let inbox = Inbox()
    private let respond: @Sendable (JSONValue) -> JSONObject?

    /// - Parameter respond: gets each request of the server, and gives the members of the response: `result` or `error`; nil for none.
    init(_ connection: MCPConnection, _ respond: @escaping @Sendable (JSONValue) -> JSONObject?) {
        self.connection = connection
        self.respond = respond
    }

    /// The server's requests, in order.
    var requests: [JSONValue] { inbox.all.filter { $0["id"] != nil } }

    func notify(_ notification: MCPNotification) {
        inbox.add(notification)
        guard let id = notification.json["id"], var response = respond(notification.json) else { return }
        response["jsonrpc"] = "2.0"
        response["id"] = id
        send(response)
    }

    func send(_ response: JSONObject) {
        guard case .none = connection.begin(JSONValue.object(response).jsonBytes()) else {
            Issue.record("a response was answered")
            return
        }
    }

    func ask(_ method: String, _ params: JSONValue? = nil, id: JSONValue = 1) async throws -> JSONValue {
        try await connection.ask(method, params, id: id, notify: { self.notify($0) })
    }
}

extension MCPBench {
    /// A connection with a handshake of a client that can do something.
    func legacy(can capabilities: JSONValue, _ revision: String = "2025-11-25", over transport: MCPTransport = .stdio) async throws
        -> MCPConnection
    {
        let connection = server.connect(as: alice, over: transport)
        let params: JSONValue = [
            "protocolVersion": .string(revision), "capabilities": capabilities, "clientInfo": ["name": "tests", "version": "1"],
        ]
        _ = try await connection.ask("initialize", params, id: "init")
        return connection
    }

    /// Waits until a task is as a test wants it.
    @discardableResult
    func task(_ id: TaskID, _ isEnough: @escaping @Sendable (TaskRecord) -> Bool) async throws -> TaskRecord {
        try await manager.follow(id, in: .operator, until: isEnough)
    }

    /// The only task there is.
    func onlyTask() async throws -> TaskRecord {
        let page = try await manager.tasks(TaskQuery(in: .operator))
        try #require(page.tasks.count == 1)
        return try await manager.task(page.tasks[0].id, in: .operator)
    }
}

extension MCPConnection {
    /// Sends a request of the modern era whose client can do what the capabilities say.
    func askModern(_ method: String, _ params: JSONObject = JSONObject(), can capabilities: JSONValue, id: JSONValue = 1) async throws
        -> JSONValue
    {
        var params = params
        params["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": capabilities,
        ]
        return try await ask(method, .object(params), id: id)
    }
}

/// A tool that asks what a test wants it to, all at once, and gives back what it was told.
func asking(_ rounds: [ToolQuestion]..., change: (inout ToolDescriptor) -> Void = { _ in }) -> ClosureTool {
    var descriptor = ToolDescriptor(name: "asking", description: "Asks.")
    change(&descriptor)
    return ClosureTool(descriptor) { _, context in
        var answers = JSONObject()
        for questions in rounds {
            for reply in try await context.ask(questions) { answers[reply.key] = reply.answer ?? "declined" }
        }
        return .text("answered", structured: .object(answers))
    }
}
