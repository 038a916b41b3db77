public import LegworkCore

/// How a store on SQLite is set up.
public struct SQLiteConfiguration: Sendable {
    /// How long a task's timeline may grow.
    public var timeline: TimelineLimit
    /// How many connections read, each on a thread of its own; at least 1.
    public var readers: Int
    /// How much memory, in bytes, the writing connection may use to keep pages of the file.
    public var writerCacheBytes: Int
    /// How much memory, in bytes, each reading connection may use to keep pages of the file.
    public var readerCacheBytes: Int
    /// How long to wait for a lock that another program, such as the `sqlite3` command, holds on the file.
    public var busyTimeout: Duration

    /// Whether a write is on the disk when it is acknowledged. Only tests that write much and kill nobody may do without.
    package var isDurable = true
    /// The most pages of 4096 bytes of the file; tests stand it in for a full disk.
    package var maximumPages: Int?

    /// Describes a store.
    public init(
        timeline: TimelineLimit = .standard,
        readers: Int = 2,
        writerCacheBytes: Int = 32 << 20,
        readerCacheBytes: Int = 8 << 20,
        busyTimeout: Duration = .seconds(5)
    ) {
        self.timeline = timeline
        self.readers = readers
        self.writerCacheBytes = writerCacheBytes
        self.readerCacheBytes = readerCacheBytes
        self.busyTimeout = busyTimeout
    }
}
