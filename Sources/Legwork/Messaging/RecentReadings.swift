import LegworkCore

/// Which readings of a task were noted of late, so that who looks again and again at what has ended costs no look at the notices. Pure.
///
/// It forgets the older half when it is full: what is forgotten is looked up again, and no harm is done.
struct RecentReadings {
    /// Who was shown which state of a task.
    struct Reading: Hashable {
        var task: TaskID
        var version: Int
        var owner: Owner
        var session: String?
    }

    private let half: Int
    private var newer: Set<Reading> = []
    private var older: Set<Reading> = []

    /// - Parameter capacity: how many it knows at most.
    init(capacity: Int = 1024) { half = max(1, capacity / 2) }

    func contains(_ reading: Reading) -> Bool { newer.contains(reading) || older.contains(reading) }

    mutating func insert(_ reading: Reading) {
        if newer.count >= half { (older, newer) = (newer, []) }
        newer.insert(reading)
    }
}
