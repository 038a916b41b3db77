import LegworkCore

/// What a client asks about a task that it drives itself (2025-11-25, basic/utilities/tasks).
public enum MCPDrivenTaskRequest: Sendable, Hashable {
    /// Where it stands.
    case get(String)
    /// What it gives, once it has ended.
    case result(String)
    /// A page of the tasks.
    case list(cursor: String?)
    /// That it should stop.
    case cancel(String)

    /// What the server says of it when a connection opens.
    static let capability: JSONValue = ["list": [:], "cancel": [:], "requests": ["tools": ["call": [:]]]]

    /// Reads a request; nil when the method is another one, or unknown in the revision.
    init?(_ request: MCPRequest, in revision: MCPRevision) throws(MCPError) {
        guard revision.hasDrivenTasks else { return nil }
        switch request.method {
        case "tasks/get": self = .get(try Self.id(request))
        case "tasks/result": self = .result(try Self.id(request))
        case "tasks/cancel": self = .cancel(try Self.id(request))
        case "tasks/list":
            switch request.params["cursor"] {
            case nil, .null: self = .list(cursor: nil)
            case .string(let cursor): self = .list(cursor: cursor)
            case .some: throw MCPError(.invalidParams, "params.cursor must be a string")
            }
        default: return nil
        }
    }

    private static func id(_ request: MCPRequest) throws(MCPError) -> String {
        guard let id = request.params["taskId"]?.string else { throw MCPError(.invalidParams, "params.taskId must be a string") }
        return id
    }
}

/// Whether the calls of a tool can be tasks that a client drives.
enum MCPTaskSupport: String, Sendable, Hashable {
    case forbidden
    case optional
    case required

    init(_ tool: ToolDescriptor) {
        switch tool.background {
        case .never: self = .forbidden
        case .automatic, .onRequest, .always: self = tool.requires.contains(.tasks) ? .required : .optional
        }
    }
}
