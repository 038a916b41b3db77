/// When a time zone's clocks were and will be set to what, from the system's database of time zones.
///
/// Foundation's `TimeZone` would cost every program 44 MB, and brings its own copy of that database, which ages; see docs/schedules.md.
public final class TimeZoneRules: Sendable, Hashable, CustomStringConvertible {
    /// Coordinated universal time, which needs no database.
    public static let utc = TimeZoneRules(identifier: "UTC", starts: [], offsets: [0])

    /// The zone's name in the database, such as `Europe/Berlin`.
    public let identifier: String
    /// When each stretch of equal offset but the first begins, in seconds since 1970.
    private let starts: [Int64]
    /// Each stretch's offset from UTC in seconds; one more than there are starts.
    private let offsets: [Int32]

    package init(identifier: String, starts: [Int64], offsets: [Int32]) {
        self.identifier = identifier
        self.starts = starts
        self.offsets = offsets
    }

    /// The zone's name.
    public var description: String { identifier }

    /// Whether two zones have one name.
    public static func == (left: TimeZoneRules, right: TimeZoneRules) -> Bool { left.identifier.isExactly(right.identifier) }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { identifier.hashExactly(into: &hasher) }

    /// How far local time is ahead of UTC at an instant, in seconds. Instants are seconds since 1970.
    package func offset(at instant: Int64) -> Int64 { Int64(offsets[stretch(at: instant)]) }

    /// The local time of an instant.
    package func local(_ instant: Int64) -> Int64 { instant + offset(at: instant) }

    /// When the offset changes next after an instant.
    package func nextChange(after instant: Int64) -> Int64? {
        let stretch = stretch(at: instant)
        return stretch < starts.count ? starts[stretch] : nil
    }

    /// The instant of a local time: of one that comes twice the first, of one that is missing the first instant after the gap.
    package func instant(ofLocal local: Int64) -> Int64 {
        // No offset is larger than a day.
        var stretch = stretch(at: local - 2 * CivilDate.secondsPerDay)
        while true {
            let instant = local - Int64(offsets[stretch])
            if stretch > 0, instant < starts[stretch - 1] { return starts[stretch - 1] }
            if stretch == starts.count || instant < starts[stretch] { return instant }
            stretch += 1
        }
    }

    private func stretch(at instant: Int64) -> Int { starts.partitioningIndex { $0 > instant } }
}
