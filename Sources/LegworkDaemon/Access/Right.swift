/// What somebody may do with the tasks that he may see.
enum Right: String, Sendable, Hashable, CaseIterable {
    /// Looks at tasks, their output, artifacts, notices and schedules, and waits for them.
    case read
    /// Calls tools, now or later, and helps their tasks on: answers, messages, retries, resumes.
    case call
    /// Ends what there is: cancels, deletes, clears.
    case cancel
    /// Sees all owners, acts for any, and looks after the daemon: queues, imports, tokens.
    case admin

    /// What the tools need that look after tasks; all others do something.
    static func needed(forTool name: String) -> Right {
        switch name {
        case "check_task", "await_task", "list_tasks", "task_output", "list_schedules": .read
        case "cancel_task", "cancel_schedule": .cancel
        default: .call
        }
    }
}
