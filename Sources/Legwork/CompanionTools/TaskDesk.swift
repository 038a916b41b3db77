import LegworkCore

/// What the companion tools share: the manager, how a task is found, and how faults are told.
struct TaskDesk: Sendable {
    // Weak, for the tools sit in the registry of the manager itself.
    private weak let weakManager: TaskManager?

    init(_ manager: TaskManager) { weakManager = manager }

    /// The manager.
    ///
    /// - Throws: when it is gone; a model cannot do anything about that but say so.
    func manager() throws -> TaskManager {
        guard let manager = weakManager else {
            throw TaskManagerError(.shuttingDown, "the task manager is shutting down; try again when it is back")
        }
        return manager
    }

    /// Runs the work of a companion tool, and turns what its caller did wrong into a result that says what to do.
    func answer(_ body: (TaskManager) async throws -> ToolResult) async throws -> ToolResult {
        do {
            return try await body(manager())
        } catch let error as TaskManagerError {
            return Self.refusal(error)
        } catch let error as ToolError {
            return .error(error.message, structured: ["error": ["code": "invalid_arguments", "message": .string(error.message)]])
        }
    }

    /// The result of a companion call that names no task, or several.
    private static func refusal(_ error: TaskManagerError) -> ToolResult {
        let code =
            switch error.code {
            case .notFound: "not_found"
            case .ambiguous: "ambiguous"
            case .finished: "finished"
            case .notFinished: "not_finished"
            case .notResumable: "not_resumable"
            case .noInbox: "no_inbox"
            case .inboxFull: "inbox_full"
            case .notAsked: "not_asked"
            case .queueDraining: "queue_draining"
            case .noChannel: "no_channel"
            case .tooManyRedirects: "too_many_redirects"
            case .deliveryFailed: "delivery_failed"
            case .shuttingDown: "shutting_down"
            case .nameTaken: "name_taken"
            default: "invalid_argument"
            }
        var message = error.message
        // The manager speaks of the command's verbs; a model knows the tool.
        if error.code == .notFound {
            message = message.replacing("'list' shows those you may see", with: "list_tasks shows those you can see")
                .replacing("'schedule list' shows those you may see", with: "list_schedules shows those you can see")
        }
        return .error(message, structured: ["error": ["code": .string(code), "message": .string(message)]])
    }

    /// Notes that whoever called was shown how tasks stand.
    static func noteReading(_ records: [TaskRecord], _ manager: TaskManager, _ context: ToolContext) async {
        await manager.noteReading(records, in: context.caller.scope, session: context.caller.session, by: context.lineage.parent)
    }

    /// Who sends messages through a companion tool: the task whose tool called it, or its caller.
    static func sender(_ context: ToolContext) -> TaskMessage.Sender {
        TaskMessage.Sender(
            owner: context.caller.owner,
            task: context.lineage.parent,
            name: context.lineage.parent == nil ? context.lineage.agent ?? context.caller.origin?.user : nil
        )
    }

    /// Finds the task that a companion call names; `self` is the task whose tool called.
    static func resolve(_ reference: JSONValue?, _ manager: TaskManager, _ context: ToolContext) async throws -> TaskID {
        if reference == "self" {
            guard let parent = context.lineage.parent else {
                throw TaskManagerError(.invalidArgument, "'self' is the task that calls, and this call comes from none; give a task_id")
            }
            return parent
        }
        return try await manager.resolve(reference?.string ?? "", in: context.caller.scope)
    }

    /// The schema of an argument that names a task.
    static let taskID: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 100,
        "description": "The task: its task_id, the first characters of it (at least 4), or the task's name.",
    ]

    /// The schema of an object with exactly these members.
    static func schema(_ properties: JSONObject, required: [JSONValue] = []) -> JSONValue {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = false
        return .object(schema)
    }

    /// The hints of a tool that only looks.
    static let looksOnly: JSONObject = ["readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false]
}
