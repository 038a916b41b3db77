extension Migration {
    /// The outbox. `position` is the order of writing; what is settled (`delivered`) stands in none of the indexes that say what is still to be
    /// done. What may be long comes last, so that it need not be passed over to find the rest.
    static let deliveries = Migration(
        number: 7,
        script: """
            CREATE TABLE deliveries (
                position INTEGER NOT NULL PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                task TEXT NOT NULL,
                owner TEXT NOT NULL,
                channel TEXT NOT NULL,
                target TEXT,
                maximum_characters INTEGER,
                created_at INTEGER NOT NULL,
                state TEXT NOT NULL,
                due_at INTEGER NOT NULL,
                tries INTEGER NOT NULL,
                sent INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                version INTEGER NOT NULL,
                problem TEXT,
                receipt TEXT,
                content TEXT NOT NULL
            ) STRICT;
            CREATE INDEX deliveries_by_task ON deliveries (task, position);
            CREATE INDEX deliveries_by_owner ON deliveries (owner, position);
            CREATE INDEX deliveries_by_channel ON deliveries (channel, position);
            CREATE INDEX deliveries_due ON deliveries (channel, due_at, position) WHERE state = 'pending';
            CREATE INDEX deliveries_open ON deliveries (state, position, owner) WHERE state <> 'delivered';
            CREATE INDEX deliveries_standing ON deliveries (channel, state, position, owner) WHERE state <> 'delivered';
            """
    )
}
