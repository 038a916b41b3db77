extension Migration {
    /// Schedules. What is searched for has a column; the rest stands in `body`.
    static let schedules = Migration(
        number: 4,
        script: """
            CREATE TABLE schedules (
                id TEXT NOT NULL PRIMARY KEY,
                owner TEXT NOT NULL,
                name TEXT,
                state TEXT NOT NULL,
                next_at INTEGER,
                updated_at INTEGER NOT NULL,
                version INTEGER NOT NULL,
                arguments TEXT NOT NULL,
                metadata TEXT NOT NULL,
                body TEXT NOT NULL
            ) STRICT;
            CREATE INDEX schedules_by_owner ON schedules (owner, id);
            CREATE UNIQUE INDEX schedules_by_name ON schedules (name, owner) WHERE name IS NOT NULL;
            CREATE INDEX schedules_by_time ON schedules (next_at, id) WHERE state = 'active' AND next_at IS NOT NULL;
            CREATE INDEX schedules_ended ON schedules (owner, updated_at, id) WHERE state = 'ended';
            """
    )
}
