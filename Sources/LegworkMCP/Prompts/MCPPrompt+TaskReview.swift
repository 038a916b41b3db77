public import Legwork
public import LegworkCore

extension MCPPrompt {
    /// The most tasks that the review names.
    private static let reviewedTasks = 50

    /// A prompt that has the model look through the caller's tasks and say what is to be done about them.
    ///
    /// - Parameters:
    ///   - manager: whose tasks; it is not kept alive.
    ///   - clock: the time, for the tasks' ages.
    public static func taskReview(_ manager: TaskManager, clock: any TaskClock = SystemClock()) -> MCPPrompt {
        let status = Argument("status", description: "Only tasks of this status, such as running or failed.") { typed, _ in
            .matching(typed, in: TaskStatus.allCases.map(\.rawValue))
        }
        return MCPPrompt(
            name: "review_tasks",
            title: "Review background tasks",
            description: "Look through the background tasks: what runs, what waits for an answer, what failed and what came of the rest.",
            arguments: [status]
        ) { [weak manager] request in
            guard let manager else { throw TaskManagerError(.shuttingDown, "the task manager is shutting down; try again when it is back") }
            var query = TaskQuery(in: request.caller.scope, limit: reviewedTasks)
            if let text = request.arguments["status"], !text.isEmpty {
                guard let status = TaskStatus(rawValue: text) else {
                    let known = TaskStatus.allCases.map(\.rawValue).joined(separator: ", ")
                    throw MCPError(.invalidParams, "params.arguments.status must be one of \(known)")
                }
                query.statuses = [status]
            }
            let page = try await manager.tasks(query)
            let now = clock.now
            var text = """
                Review my background tasks. Say in a few lines which of them still run, which wait for an answer or stand still and what they \
                need, which failed and why, and what came of the others. Use check_task for details, and ask me before you cancel, resume or \
                answer any.


                """
            if page.tasks.isEmpty { text += "There are none." }
            text += page.tasks.map { "- \(TaskReport($0, now: now).sentence)" }.joined(separator: "\n")
            if page.next != nil { text += "\n\nThere are more; list_tasks shows them." }
            return [.user(text)]
        }
    }
}
