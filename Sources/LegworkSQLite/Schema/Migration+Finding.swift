extension Migration {
    /// What is few among many gets an index of its own: the delayed tasks of one queue, and the tasks of one reason.
    static let finding = Migration(
        number: 5,
        script: """
            CREATE INDEX tasks_held_by_queue ON tasks (queue) WHERE status = 'queued' AND held_until IS NOT NULL;
            CREATE INDEX tasks_by_owner_reason ON tasks (owner, reason, status) WHERE reason IS NOT NULL;
            CREATE INDEX tasks_by_reason ON tasks (reason, status) WHERE reason IS NOT NULL;
            """
    )
}
