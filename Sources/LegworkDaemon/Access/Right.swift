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
}
