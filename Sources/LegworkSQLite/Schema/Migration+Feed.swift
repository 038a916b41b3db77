extension Migration {
    /// The feed: each timeline entry gets a place in the order of writing, and says whose it is. Entries from before have none.
    ///
    /// `feed_gaps` says as far as which place entries of an owner are gone; under the number 0, which is no owner's name, those of all.
    static let feed = Migration(
        number: 6,
        script: """
            ALTER TABLE events ADD COLUMN owner TEXT;
            ALTER TABLE events ADD COLUMN feed INTEGER;
            CREATE INDEX events_by_feed ON events (feed) WHERE feed IS NOT NULL;
            CREATE INDEX events_by_owner_feed ON events (owner, feed) WHERE feed IS NOT NULL;

            CREATE TABLE feed_gaps (
                owner ANY NOT NULL,
                gone INTEGER NOT NULL,
                PRIMARY KEY (owner)
            ) STRICT, WITHOUT ROWID;

            -- Who reads from the start is told that there was more.
            INSERT INTO feed_gaps SELECT DISTINCT owner, 1 FROM tasks;
            INSERT INTO feed_gaps SELECT 0, 1 WHERE EXISTS (SELECT 1 FROM tasks);
            """
    )
}
