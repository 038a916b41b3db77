import Legwork
import LegworkCore

/// What a client that knows no tasks gets in the place of a result that takes longer: an ordinary result that says how to go on.
struct MCPTicket: Sendable {
    private let record: TaskRecord
    private let now: Timestamp

    init(_ record: TaskRecord, now: Timestamp) {
        self.record = record
        self.now = now
    }

    /// One plain sentence for the model, and the same for programs.
    ///
    /// - Parameter withLinks: whether the client knows links to resources, by which it can read the task without a tool.
    func result(withLinks: Bool) -> ToolResult {
        let message = """
            '\(record.tool)' is still running; it goes on in the background as task \(record.id). Call await_task with task_id \
            \(record.id) to wait for its result, or check_task to look without waiting.
            """
        return ToolResult(
            content: [.text(message)] + (withLinks ? links : []),
            structuredContent: [
                "task_id": .string(record.id.description),
                "tool_name": .string(record.tool),
                "status": "running",
                "message": .string(message),
                "next": "await_task",
                "poll_after_ms": JSONValue(TaskPace.milliseconds(since: record.createdAt, now: now)),
            ]
        )
    }

    private var links: [ContentBlock] {
        let state = MCPTaskResource.state(record.id).uri
        var links = [ContentBlock.resourceLink(uri: state, name: "task", mimeType: MCPTaskResource.stateType)]
        if record.outputBytes != nil {
            links.append(.resourceLink(uri: MCPTaskResource.output(record.id, offset: nil).uri, name: "task_output"))
        }
        return links
    }

    /// The schema of a ticket's structured content.
    static let schema: JSONValue = [
        "type": "object",
        "description": "The call goes on in the background; await_task gives its result.",
        "properties": [
            "task_id": ["type": "string"], "tool_name": ["type": "string"], "status": ["const": "running"], "message": ["type": "string"],
            "next": ["type": "string"], "poll_after_ms": ["type": "integer"],
        ],
        "required": ["task_id", "tool_name", "status", "next"],
    ]
}
