extension Migration {
    /// Messages, dead letters, notices, cancelled runs and flight keys; what is kept from purges; and a submit that writes fewer pages.
    ///
    /// Small arguments stand in `tasks` as long as there is nothing else for a row in `bodies`, which counts where there is one. Counts of
    /// all tasks stand beside those of the owners, under the number 0, which is no owner's name. A message without content was taken, and
    /// is there only so that a repeated one is known. `told` is the sequence of the notice of a task's end.
    static let families = Migration(
        number: 2,
        script: """
            ALTER TABLE tasks ADD COLUMN flight_key TEXT;
            ALTER TABLE tasks ADD COLUMN has_inbox INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE tasks ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE tasks ADD COLUMN told INTEGER;
            ALTER TABLE tasks ADD COLUMN small_arguments TEXT;
            ALTER TABLE bodies ADD COLUMN extras TEXT;

            CREATE UNIQUE INDEX tasks_by_flight_key ON tasks (owner, flight_key)
                WHERE flight_key IS NOT NULL AND status IN ('queued', 'running', 'input_required', 'stopped');
            CREATE INDEX tasks_by_owner_run ON tasks (owner, run) WHERE run IS NOT NULL;
            CREATE INDEX tasks_by_run ON tasks (run) WHERE run IS NOT NULL;
            DROP INDEX tasks_by_finish;
            CREATE INDEX tasks_by_finish ON tasks (status, kept, finished_at) WHERE finished_at IS NOT NULL;
            CREATE INDEX tasks_by_owner_finish ON tasks (owner, status, kept, finished_at) WHERE finished_at IS NOT NULL;

            CREATE TABLE counts (
                owner ANY NOT NULL,
                status TEXT NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY (owner, status)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO counts (owner, status, number) SELECT owner, status, number FROM owner_counts;
            INSERT INTO counts (owner, status, number) SELECT 0, status, number FROM total_counts;
            DROP TABLE owner_counts;
            DROP TABLE total_counts;

            CREATE TABLE cancelled_runs (
                owner TEXT NOT NULL,
                run TEXT NOT NULL,
                cancelled_at INTEGER NOT NULL,
                PRIMARY KEY (owner, run)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX cancelled_runs_by_time ON cancelled_runs (cancelled_at);

            CREATE TABLE inboxes (
                position INTEGER PRIMARY KEY,
                last INTEGER NOT NULL,
                through INTEGER NOT NULL,
                unread INTEGER NOT NULL,
                bytes INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE messages (
                position INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                deliveries INTEGER NOT NULL,
                id TEXT NOT NULL,
                sender_owner TEXT NOT NULL,
                sender_task TEXT,
                sender_name TEXT,
                sent_at INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                content TEXT,
                PRIMARY KEY (position, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX messages_by_id ON messages (position, id);

            CREATE TABLE dead_letters (
                number INTEGER PRIMARY KEY,
                recipient TEXT NOT NULL,
                recipient_owner TEXT NOT NULL,
                recipient_name TEXT,
                reason TEXT NOT NULL,
                at INTEGER NOT NULL,
                sequence INTEGER NOT NULL,
                deliveries INTEGER NOT NULL,
                id TEXT NOT NULL,
                sender_owner TEXT NOT NULL,
                sender_task TEXT,
                sender_name TEXT,
                sent_at INTEGER NOT NULL,
                content TEXT
            ) STRICT;
            CREATE INDEX dead_letters_by_owner ON dead_letters (sender_owner);

            CREATE TABLE notices (
                sequence INTEGER PRIMARY KEY,
                owner TEXT NOT NULL,
                session TEXT,
                task TEXT NOT NULL,
                tool TEXT NOT NULL,
                title TEXT NOT NULL,
                name TEXT,
                kind TEXT NOT NULL,
                reason TEXT,
                key TEXT,
                created_at INTEGER NOT NULL,
                text TEXT,
                data TEXT,
                count INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                state TEXT NOT NULL
            ) STRICT;
            CREATE INDEX notices_by_state ON notices (state);
            CREATE INDEX notices_by_owner ON notices (owner, state);
            CREATE INDEX notices_by_session ON notices (owner, session, state);
            CREATE INDEX notices_by_task ON notices (task);
            """
    )
}
