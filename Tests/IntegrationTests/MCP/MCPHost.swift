import LegworkCore

/// An MCP client, as much as a test needs of one: lines to `legwork mcp` and lines back.
struct MCPHost: Sendable {
    let child: Child

    init(_ site: Site) throws { child = try site.start(["mcp"], hasInput: true) }

    /// Sends a line as it is.
    func send(_ line: String) async throws { try await child.write(line + "\n") }

    /// Sends a request without waiting for its answer.
    func send(_ method: String, _ params: JSONValue? = nil, id: Int) async throws {
        var message: JSONObject = ["jsonrpc": "2.0", "id": JSONValue(id), "method": .string(method)]
        message["params"] = params
        try await send(JSONValue.object(message).json())
    }

    /// Waits for the answer to a request.
    func answer(_ id: JSONValue) async throws -> JSONValue {
        let view = try await child.view { Self.find(id, in: $0) != nil }
        guard let answer = Self.find(id, in: view) else { throw Failure("there is no answer to \(id.json())") }
        return answer
    }

    /// Sends a request and waits for its answer.
    func ask(_ method: String, _ params: JSONValue? = nil, id: Int) async throws -> JSONValue {
        try await send(method, params, id: id)
        return try await answer(JSONValue(id))
    }

    /// Introduces itself as a client of the older revisions does.
    @discardableResult
    func initialize() async throws -> JSONValue {
        let params: JSONValue = [
            "protocolVersion": "2025-11-25", "capabilities": [:], "clientInfo": ["name": "tests", "version": "1"],
        ]
        let answer = try await ask("initialize", params, id: 0)
        try await send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        return answer
    }

    /// Parameters of `tools/call` for a line of the shell.
    static func call(_ line: String, in site: Site) -> JSONObject {
        ["name": "run_command", "arguments": ["shell": .string(line), "cwd": .string(site.folder)]]
    }

    /// Parameters as a client of the modern era stamps them, that takes tasks for answers.
    static func modern(_ params: JSONObject = [:]) -> JSONValue {
        var stamped = params
        stamped["_meta"] = [
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": ["extensions": ["io.modelcontextprotocol/tasks": [:]]],
        ]
        return .object(stamped)
    }

    private static func find(_ id: JSONValue, in view: Child.View) -> JSONValue? {
        for line in view.outputBytes.split(separator: 0x0A) {
            guard let message = try? JSONValue(parsing: Array(line)), message["method"] == nil, message["id"] ?? .null == id else {
                continue
            }
            return message
        }
        return nil
    }
}
