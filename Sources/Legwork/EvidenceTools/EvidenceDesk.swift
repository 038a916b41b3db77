import LegworkCore

/// What the tools for evidence share: which task a call is about.
struct EvidenceDesk: Sendable {
    private let desk: TaskDesk

    init(_ desk: TaskDesk) { self.desk = desk }

    /// Runs the work of a tool for the task that its arguments name, or else for the task whose tool called.
    func answer(
        _ arguments: JSONValue,
        _ context: ToolContext,
        _ body: (TaskManager, TaskRecord) async throws -> ToolResult
    ) async throws -> ToolResult {
        try await desk.answer { manager in
            guard let record = try await target(arguments, context, manager) else {
                throw TaskManagerError(.invalidArgument, "task_id is required when no durable task is active")
            }
            return try await body(manager, record)
        }
    }

    /// The same for work that can do without a task.
    func answerAnyway(
        _ arguments: JSONValue,
        _ context: ToolContext,
        _ body: (TaskManager, TaskRecord?) async throws -> ToolResult
    ) async throws -> ToolResult {
        try await desk.answer { manager in try await body(manager, try await target(arguments, context, manager)) }
    }

    private func target(_ arguments: JSONValue, _ context: ToolContext, _ manager: TaskManager) async throws -> TaskRecord? {
        if let reference = arguments["task_id"], reference != "self" {
            return try await manager.task(reference.string ?? "", in: context.caller.scope)
        }
        guard let parent = context.lineage.parent else { return nil }
        return try await manager.task(parent, in: context.caller.scope)
    }

    /// The schema of the argument that names the task.
    static let taskID: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 100,
        "description": "The task that it belongs to; the calling task unless given.",
    ]

    /// The schema of the argument that says where commands run.
    static let directory: JSONValue = [
        "type": "string", "minLength": 1, "description": "Where: the absolute path of an existing folder. Default: the task's workspace.",
    ]

    /// The folder in which the commands of a call run: the one that is given, or the task's own.
    static func directory(_ arguments: JSONValue, _ record: TaskRecord?) -> String? {
        arguments["cwd"]?.string ?? record?.metadata["workspace"]?.string ?? record?.arguments["cwd"]?.string
    }

    /// The hints of a tool that changes nothing but the record.
    static let records: JSONObject = [
        "readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false,
    ]
}
