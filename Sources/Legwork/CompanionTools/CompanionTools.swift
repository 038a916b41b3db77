public import LegworkCore

/// The tools with which a model looks after the tasks that its calls have become.
///
/// They are ordinary tools with stable names (see ``names``), so that every host can use them, also one that knows nothing of tasks. A caller
/// reaches the tasks of his owner and no others: a foreign task and a missing one get the same answer. None of them ever becomes a task itself.
public enum CompanionTools {
    /// The tools' names, in the order in which they are listed.
    public static let names = [
        "check_task", "await_task", "list_tasks", "cancel_task", "submit_task", "task_output", "send_message", "answer_task", "resume_task",
        "redirect_task", "recover_failed_messages", "send_later", "schedule_task", "list_schedules", "cancel_schedule",
    ]
    /// Those that have another tool called, the one that their argument `tool` names: who may not call that may not have it called either.
    public static let namesThatHandOn: Set<String> = ["submit_task", "schedule_task"]
    /// The names of ``aliases(for:)``.
    public static let aliasNames = ["task_status", "task_cancel", "task_list", "task_read"]

    /// Makes the tools of a manager. The manager is held weakly, so that the tools can be registered in its own registry.
    public static func all(for manager: TaskManager) -> [any Tool] {
        let desk = TaskDesk(manager)
        return [
            CheckTaskTool(desk), AwaitTaskTool(desk), ListTasksTool(desk), CancelTaskTool(desk), SubmitTaskTool(desk), TaskOutputTool(desk),
            SendMessageTool(desk), AnswerTaskTool(desk), ResumeTaskTool(desk), RedirectTaskTool(desk), RecoverFailedMessagesTool(desk),
            SendLaterTool(desk), ScheduleTaskTool(desk), ListSchedulesTool(desk), CancelScheduleTool(desk),
        ]
    }

    /// Makes the same tools under the names that other systems gave them, for agents that come from there.
    public static func aliases(for manager: TaskManager) -> [any Tool] {
        let desk = TaskDesk(manager)
        return [
            CompanionAlias("task_status", of: CheckTaskTool(desk), whenNoTask: ListTasksTool(desk)),
            CompanionAlias("task_cancel", of: CancelTaskTool(desk)), CompanionAlias("task_list", of: ListTasksTool(desk)),
            CompanionAlias("task_read", of: CheckTaskTool(desk)),
        ]
    }
}

extension TaskManager {
    /// Registers the companion tools, beside the tools that are there already.
    ///
    /// - Parameter withAliases: also under the names that other systems gave them.
    /// - Throws: ``ToolError/Code/duplicateName`` when a tool has one of their names.
    public func registerCompanionTools(withAliases: Bool = false) throws(ToolError) {
        for tool in CompanionTools.all(for: self) { try tools.register(tool) }
        if withAliases { for tool in CompanionTools.aliases(for: self) { try tools.register(tool) } }
    }
}
