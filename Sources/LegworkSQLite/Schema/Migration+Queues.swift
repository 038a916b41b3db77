extension Migration {
    /// Limit keys, limits of waiting, the states of queues, and one index for claims, in which each lane of tasks that may begin or not all
    /// alike stands together.
    static let queues = Migration(
        number: 3,
        script: """
            ALTER TABLE tasks ADD COLUMN limit_key TEXT NOT NULL DEFAULT '';
            ALTER TABLE tasks ADD COLUMN waits_until INTEGER;
            DROP INDEX tasks_to_claim;
            DROP INDEX tasks_to_claim_by_queue;
            CREATE INDEX tasks_to_claim ON tasks (queue, priority, owner, tool, limit_key)
                WHERE status = 'queued' AND held_until IS NULL;
            CREATE INDEX tasks_patient ON tasks (waits_until) WHERE status = 'queued' AND waits_until IS NOT NULL;

            CREATE TABLE queues (
                name TEXT NOT NULL PRIMARY KEY,
                state TEXT NOT NULL,
                changed_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """
    )
}
