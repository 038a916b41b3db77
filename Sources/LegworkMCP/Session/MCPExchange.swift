public import LegworkCore

/// One request that is being answered: who asks in which revision, and how an answer has to look for him.
public struct MCPExchange: Sendable, Hashable {
    /// The request's id.
    public let id: MCPRequestID
    /// The revision that the client speaks.
    public let revision: MCPRevision
    /// Whether the request says that its sender takes a task for an answer (2026-07-28, extension `io.modelcontextprotocol/tasks`).
    public let takesTasks: Bool
    /// What progress notifications are to name; nil when the client wants none.
    public let progressToken: JSONValue?
    /// From which level on the client wants log messages with the answer; nil when it wants none.
    public let logLevel: LogLevel?
    /// What the client calls itself. Not verified; for display and settings only.
    public let client: String?
    /// What the client says that it can be asked.
    let abilities: MCPClientAbilities
    /// How the server introduces itself.
    let server: MCPServerInfo

    /// The answer with a result.
    func complete(_ result: JSONObject) -> MCPAnswer { answer(result, type: "complete") }

    /// The answer with an error.
    func fail(_ error: MCPError) -> MCPAnswer { .error(id, error) }

    /// The answer with an error that is the client's mistake.
    func refuse(_ message: String) -> MCPAnswer { fail(MCPError(.invalidParams, message)) }

    /// The answer with a result of a type; the type and the server's name are what the modern era adds to every result.
    func answer(_ result: JSONObject, type: String) -> MCPAnswer {
        guard revision.isModern else { return .result(id, result) }
        var stamped: JSONObject = ["resultType": .string(type)]
        for member in result.members where member.key != "resultType" { stamped[member.key] = member.value }
        var meta = result["_meta"]?.object ?? JSONObject()
        meta[MCPName.serverInfo] = server.json
        stamped["_meta"] = .object(meta)
        return .result(id, stamped)
    }
}
