extension Migration {
    /// Tasks, their timelines, their counts, and what was set aside.
    ///
    /// The order of a task's arrival is its `position`, which is never given twice. What may be large stands in `bodies`, so that lists
    /// read small rows only. Each way of listing has an index with the status in it: a list of several statuses merges their ranges.
    /// `INDEXED BY` in the queries names these indexes, so that a query that no index serves fails in the tests and not in the field.
    static let tasks = Migration(
        number: 1,
        script: """
            CREATE TABLE tasks (
                position INTEGER PRIMARY KEY,
                id TEXT NOT NULL,
                owner TEXT NOT NULL,
                tool TEXT NOT NULL,
                name TEXT,
                idempotency_key TEXT,
                origin TEXT,
                created_at INTEGER NOT NULL,
                title TEXT NOT NULL,
                reason TEXT,
                cancel_requested INTEGER NOT NULL,
                cancel_requested_at INTEGER,
                attempts INTEGER NOT NULL,
                status_message TEXT,
                progress_done REAL,
                progress_total REAL,
                output_bytes INTEGER,
                started_at INTEGER,
                updated_at INTEGER NOT NULL,
                version INTEGER NOT NULL,
                last_event INTEGER NOT NULL,
                recovery TEXT NOT NULL,
                run TEXT,
                call TEXT,
                agent TEXT,
                failure TEXT,
                lease_token INTEGER,
                status TEXT NOT NULL,
                finished_at INTEGER,
                held_until INTEGER,
                lease_node TEXT,
                lease_expires_at INTEGER,
                parent TEXT,
                queue TEXT NOT NULL,
                priority INTEGER NOT NULL,
                not_before INTEGER,
                created_until INTEGER NOT NULL
            ) STRICT;

            CREATE UNIQUE INDEX tasks_by_id ON tasks (id);
            CREATE INDEX tasks_by_owner ON tasks (owner, status);
            CREATE INDEX tasks_by_status ON tasks (status);
            CREATE INDEX tasks_by_owner_tool ON tasks (owner, tool, status);
            CREATE INDEX tasks_by_tool ON tasks (tool, status);
            CREATE INDEX tasks_by_parent ON tasks (parent) WHERE parent IS NOT NULL;
            CREATE INDEX tasks_by_owner_queue ON tasks (owner, queue, status) WHERE queue <> 'default';
            CREATE INDEX tasks_by_queue ON tasks (queue, status) WHERE queue <> 'default';
            CREATE INDEX tasks_by_owner_name ON tasks (owner, name) WHERE name IS NOT NULL;
            CREATE INDEX tasks_by_name ON tasks (name) WHERE name IS NOT NULL;
            CREATE UNIQUE INDEX tasks_by_live_name ON tasks (name, owner)
                WHERE name IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped');
            CREATE UNIQUE INDEX tasks_by_idempotency_key ON tasks (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
            CREATE INDEX tasks_to_claim ON tasks (priority DESC) WHERE status = 'queued' AND held_until IS NULL;
            CREATE INDEX tasks_to_claim_by_queue ON tasks (queue, priority DESC) WHERE status = 'queued' AND held_until IS NULL;
            CREATE INDEX tasks_held ON tasks (held_until) WHERE status = 'queued' AND held_until IS NOT NULL;
            CREATE INDEX tasks_by_lease ON tasks (lease_expires_at, lease_node) WHERE status IN ('running', 'input_required');
            CREATE INDEX tasks_by_finish ON tasks (status, finished_at) WHERE finished_at IS NOT NULL;

            CREATE TABLE bodies (
                position INTEGER PRIMARY KEY,
                arguments TEXT NOT NULL,
                checkpoint TEXT,
                result TEXT
            ) STRICT;

            CREATE TABLE events (
                position INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                time INTEGER NOT NULL,
                kind TEXT NOT NULL,
                text TEXT,
                data TEXT,
                PRIMARY KEY (position, sequence)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE owner_counts (
                owner TEXT NOT NULL,
                status TEXT NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY (owner, status)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE total_counts (
                status TEXT NOT NULL PRIMARY KEY,
                number INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE facts (
                name TEXT NOT NULL PRIMARY KEY,
                value ANY
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE quarantine (
                number INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                id TEXT NOT NULL,
                problem TEXT NOT NULL,
                set_aside_at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE quarantined_values (
                number INTEGER NOT NULL,
                source TEXT NOT NULL,
                field TEXT NOT NULL,
                value ANY,
                PRIMARY KEY (number, source, field)
            ) STRICT, WITHOUT ROWID;
            """
    )
}
