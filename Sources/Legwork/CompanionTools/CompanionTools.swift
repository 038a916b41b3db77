public import LegworkCore

/// The tools with which a model looks after the tasks that its calls have become.
///
/// They are ordinary tools with stable names (`check_task await_task list_tasks cancel_task task_output`), so that every host can use them,
/// also one that knows nothing of tasks. A caller reaches the tasks of his owner and no others: a foreign task and a missing one get the same
/// answer. None of them ever becomes a task itself.
public enum CompanionTools {
    /// The tools' names, in the order in which they are listed.
    public static let names = ["check_task", "await_task", "list_tasks", "cancel_task", "task_output"]

    /// Makes the tools of a manager. The manager is held weakly, so that the tools can be registered in its own registry.
    public static func all(for manager: TaskManager) -> [any Tool] {
        let desk = TaskDesk(manager)
        return [CheckTaskTool(desk), AwaitTaskTool(desk), ListTasksTool(desk), CancelTaskTool(desk), TaskOutputTool(desk)]
    }
}

extension TaskManager {
    /// Registers the companion tools, beside the tools that are there already.
    ///
    /// - Throws: ``ToolError/Code/duplicateName`` when a tool has one of their names.
    public func registerCompanionTools() throws(ToolError) {
        for tool in CompanionTools.all(for: self) { try tools.register(tool) }
    }
}
