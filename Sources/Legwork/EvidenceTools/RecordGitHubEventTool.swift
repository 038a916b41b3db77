import LegworkCore

/// `record_github_event`: what was done on GitHub.
struct RecordGitHubEventTool: Tool {
    let descriptor = ToolDescriptor(
        name: "record_github_event",
        title: "Record GitHub event",
        description: """
            Note, as evidence of the task's work, what you have done on GitHub: a comment, a closed issue, a merged pull request. It does \
            nothing there. The same id replaces what was noted.
            """,
        inputSchema: TaskDesk.schema(
            [
                "action": ["type": "string", "minLength": 1, "maxLength": 100, "description": "Such as comment, close, open, merge."],
                "target": ["enum": ["issue", "pr"]], "number": ["type": "integer", "minimum": 1],
                "summary": ["type": "string", "minLength": 1, "description": "What it says, in a line."],
                "url": ["type": "string", "maxLength": 2000], "id": ["type": "string", "minLength": 1, "maxLength": 100],
                "task_id": EvidenceDesk.taskID,
            ],
            required: ["action", "target", "number", "summary"]
        ),
        annotations: EvidenceDesk.records,
        background: .never
    )
    private let desk: EvidenceDesk

    init(_ desk: EvidenceDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            let event = GitHubEvent(
                id: arguments["id"]?.string ?? "github_" + EvidenceID.make(),
                action: arguments["action"]?.string ?? "",
                target: arguments["target"]?.string ?? "",
                number: arguments["number"]?.int ?? 0,
                summary: arguments["summary"]?.string ?? "",
                url: arguments["url"]?.string,
                recordedAt: manager.engine.clock.now
            )
            try await manager.record(.githubEvent(event), of: record.id, in: context.caller.scope)
            return .text("Recorded: \(EvidenceUpdate.githubEvent(event).summary)", structured: event.json)
        }
    }
}

/// Names for entries of evidence.
enum EvidenceID {
    /// Twelve characters that nobody has chosen before.
    static func make() -> String { String(TaskID.random().description.dropFirst(TaskID.marker.count).prefix(12)) }
}
