import Legwork
import LegworkMCP
import LegworkTestKit
import Synchronization
import Testing

/// A server over a manager with a memory store, a clock that the test moves, and some tools.
struct MCPBench {
    static let info = MCPServerInfo(name: "bench", version: "1.0", instructions: "Be brief.")

    let clock = MockClock()
    let store = MemoryTaskStore()
    let manager: TaskManager
    let server: MCPServer
    let alice = Caller(owner: "alice")
    let bob = Caller(owner: "bob")

    init(
        _ tools: any Tool...,
        managing: (inout TaskManagerConfiguration) -> Void = { _ in },
        serving: (inout MCPServerOptions) -> Void = { _ in }
    ) throws {
        var configuration = TaskManagerConfiguration()
        managing(&configuration)
        manager = TaskManager(store: store, tools: try ToolRegistry(tools), configuration: configuration, clock: clock)
        try manager.registerCompanionTools()
        var options = MCPServerOptions(info: Self.info)
        serving(&options)
        server = MCPServer(manager: manager, options: options, clock: clock)
    }

    /// A connection that has agreed on a revision with a handshake.
    func legacy(_ revision: String = "2025-11-25", client: String = "tests", over transport: MCPTransport = .stdio) async throws
        -> MCPConnection
    {
        let connection = server.connect(as: alice, over: transport)
        let params: JSONValue = [
            "protocolVersion": .string(revision), "capabilities": [:], "clientInfo": ["name": .string(client), "version": "1"],
        ]
        let answer = try await connection.ask("initialize", params, id: "init")
        try #require(answer["result"]?["protocolVersion"] == .string(revision))
        return connection
    }

    /// Moves the clock, once somebody sleeps who is woken by that.
    func pass(_ duration: Duration) async {
        await clock.sleeperDue(within: duration)
        clock.advance(by: duration)
    }
}

extension MCPConnection {
    /// Sends a request and gives the answer.
    func ask(
        _ method: String,
        _ params: JSONValue? = nil,
        id: JSONValue = 1,
        notify: @escaping @Sendable (MCPNotification) -> Void = { _ in }
    ) async throws -> JSONValue {
        try #require(await handle(message(method, params, id: id), notify: notify)).json
    }

    /// Sends a request of the modern era.
    func askModern(
        _ method: String,
        _ params: JSONObject = JSONObject(),
        id: JSONValue = 1,
        tasks: Bool = true,
        notify: @escaping @Sendable (MCPNotification) -> Void = { _ in }
    ) async throws -> JSONValue {
        try await ask(method, modern(params, tasks: tasks), id: id, notify: notify)
    }

    /// Sends a notification.
    func tell(_ method: String, _ params: JSONValue? = nil) async {
        let answer = await handle(message(method, params, id: nil))
        #expect(answer == nil)
    }
}

func message(_ method: String, _ params: JSONValue? = nil, id: JSONValue?) -> [UInt8] {
    var object: JSONObject = ["jsonrpc": "2.0"]
    object["id"] = id
    object["method"] = .string(method)
    object["params"] = params
    return JSONValue.object(object).jsonBytes()
}

/// Parameters with what the modern era demands of each request.
func modern(_ params: JSONObject = JSONObject(), tasks: Bool = true, version: String = "2026-07-28") -> JSONValue {
    var params = params
    var meta = params["_meta"]?.object ?? JSONObject()
    meta["io.modelcontextprotocol/protocolVersion"] = .string(version)
    meta["io.modelcontextprotocol/clientCapabilities"] = tasks ? ["extensions": ["io.modelcontextprotocol/tasks": [:]]] : [:]
    params["_meta"] = .object(meta)
    return .object(params)
}

func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

func echo(_ change: (inout ToolDescriptor) -> Void = { _ in }) -> ClosureTool {
    var descriptor = ToolDescriptor(name: "echo", description: "Gives back its arguments.")
    change(&descriptor)
    return ClosureTool(descriptor) { arguments, _ in .text("echo", structured: arguments) }
}

func scripted(_ name: String = "slow", _ change: (inout ToolDescriptor) -> Void = { _ in }, result: ToolResult = .text("done"))
    -> ScriptedTool
{
    var descriptor = ToolDescriptor(name: name, description: "Takes as long as the test wants.")
    change(&descriptor)
    return ScriptedTool(descriptor, result: result)
}

/// Collects notifications in the order in which they come.
final class Inbox: Sendable {
    private let messages = Lock<[JSONValue]>([])

    var all: [JSONValue] { messages.withLock { $0 } }

    func add(_ notification: MCPNotification) { messages.withLock { $0.append(notification.json) } }
}
