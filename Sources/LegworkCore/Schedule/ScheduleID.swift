/// The name of one schedule: `sched_` and 128 random bits, written as in a ``TaskID``.
public struct ScheduleID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What every id begins with.
    public static let marker = "sched_"

    private let bits: TaskID

    private init(bits: TaskID) { self.bits = bits }

    /// Makes a new id from the system's randomness.
    public static func random() -> ScheduleID { ScheduleID(bits: .random()) }

    /// Reads an id; nil unless the text is exactly one, as ``description`` prints it.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.marker), let bits = TaskID(TaskID.marker + text.dropFirst(Self.marker.count)) else { return nil }
        self.bits = bits
    }

    /// The id as text.
    public var description: String { Self.marker + bits.description.dropFirst(TaskID.marker.count) }

    /// The order of the ids as text.
    public static func < (left: ScheduleID, right: ScheduleID) -> Bool { left.description < right.description }
}
