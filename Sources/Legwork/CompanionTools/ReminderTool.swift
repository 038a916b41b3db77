import LegworkCore

/// What `send_later` has called: gives its message as the result, which the owner is told, or sends it to a task.
struct ReminderTool: Tool {
    static let name = "reminder"

    let descriptor = ToolDescriptor(
        name: name,
        description: "Tells a message that was to be told later.",
        inputSchema: TaskDesk.schema(["message": ["type": "string"], "to": ["type": "string"]], required: ["message"]),
        background: .never,
        // A message that is sent twice arrives once.
        recovery: .restart
    )

    func title(for arguments: JSONValue) -> String {
        let line = arguments["message"]?.string?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return "Reminder: \(line)"
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        let message = arguments["message"]?.string ?? ""
        guard let recipient = arguments["to"]?.string.flatMap({ TaskID($0) }) else { return .text(message) }
        do {
            try await context.send(message, to: .task(recipient), id: MessageID("reminder-\(context.taskID)"))
            return .text("sent to \(recipient)", structured: ["report": false])
        } catch let error as TaskManagerError {
            // So that it is not lost: the owner is told instead.
            return .error("\(error)\nThe message was:\n\(message)")
        }
    }
}
