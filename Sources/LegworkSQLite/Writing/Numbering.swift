import LegworkCore

/// Numbers that go up and are never given twice, over restarts too.
///
/// They are promised in blocks: what is stored is a number that none given so far reaches, so that it is written once in a thousand times.
/// A process that ends leaves a gap.
struct Numbering: Sendable {
    private static let block: Int64 = 1024

    /// The name under which the promise is stored.
    let fact: String
    private(set) var next: Int64
    private var promised: Int64

    /// Begins after the last number that was given and after all that was promised.
    init(_ fact: String, last: Int64, promised: Int64?) {
        self.fact = fact
        self.promised = promised ?? 1
        next = max(last + 1, self.promised)
    }

    /// Gives the next number.
    mutating func take() -> Int64 {
        defer { next += 1 }
        return next
    }

    /// The promise that is to be stored together with what got the numbers; nil while the last one holds.
    mutating func renewPromise() -> Int64? {
        guard next > promised else { return nil }
        promised = next + Self.block
        return promised
    }
}

/// Where the numberings of a store stand. A transaction that comes to nothing gives its numbers back.
struct Numbers: Sendable {
    /// The places of tasks.
    var positions: Numbering
    /// The latest creation time of a task so far.
    var createdUntil: Int64
    /// The sequence of notices.
    var notices: Numbering
    /// The places of timeline entries in the feed.
    var feed: Numbering
    /// The numbers of dead letters.
    var letters: Numbering
    /// The places of deliveries.
    var deliveries: Numbering

    init(_ connection: Connection) throws(StoreError) {
        func numbering(_ fact: String, _ last: SQL) throws(StoreError) -> Numbering {
            let promised = try connection.integer("SELECT value FROM facts WHERE name = \(fact)")
            return Numbering(fact, last: try connection.integer(last) ?? 0, promised: promised)
        }
        positions = try numbering("next_position", "SELECT max(position) FROM tasks")
        notices = try numbering("next_notice", "SELECT max(sequence) FROM notices")
        letters = try numbering("next_letter", "SELECT max(number) FROM dead_letters")
        feed = try numbering("next_feed", "SELECT max(feed) FROM events INDEXED BY events_by_feed WHERE feed > 0")
        deliveries = try numbering("next_delivery", "SELECT max(position) FROM deliveries")
        createdUntil = try connection.integer("SELECT created_until FROM tasks ORDER BY position DESC LIMIT 1") ?? .min
    }

    /// Gives the next task its place.
    mutating func takePosition(createdAt: Int64) -> (position: Int64, createdUntil: Int64) {
        createdUntil = max(createdUntil, createdAt)
        return (positions.take(), createdUntil)
    }

    /// The promises that are to be stored.
    mutating func renewPromises() -> [(fact: String, promise: Int64)] {
        var promises: [(fact: String, promise: Int64)] = []
        for path in [\Self.positions, \.notices, \.letters, \.feed, \.deliveries] {
            if let promise = self[keyPath: path].renewPromise() { promises.append((self[keyPath: path].fact, promise)) }
        }
        return promises
    }
}
