/// How long a timeline may grow: its first and its newest entries stay, those between are dropped.
public struct TimelineLimit: Sendable, Hashable {
    /// How many entries are kept from the beginning.
    public var first: Int
    /// How many entries are kept at the end.
    public var newest: Int

    /// Describes a limit; each part is at least 1.
    public init(first: Int, newest: Int) {
        self.first = max(1, first)
        self.newest = max(1, newest)
    }

    /// 100 from the beginning and the newest 400.
    public static let standard = TimelineLimit(first: 100, newest: 400)

    /// The sequence numbers that may be dropped once the last entry has the given number, or nil when none may.
    public func droppable(last: Int) -> ClosedRange<Int>? {
        let end = last - newest
        return end > first ? (first + 1)...end : nil
    }

    /// Puts one entry in the place of each gap in the sequence, so that a reader sees that and how much is missing.
    ///
    /// - Parameters:
    ///   - events: stored entries in order.
    ///   - after: the sequence number after which reading began.
    public static func marking(_ events: [TaskEvent], after: Int) -> [TaskEvent] {
        var marked: [TaskEvent] = []
        marked.reserveCapacity(events.count + 1)
        var previous = after
        for event in events {
            if event.sequence > previous + 1 {
                let count = event.sequence - previous - 1
                marked.append(
                    TaskEvent(
                        sequence: event.sequence - 1,
                        time: event.time,
                        kind: .omitted,
                        text: "\(count) omitted",
                        data: ["count": JSONValue(count)]
                    )
                )
            }
            marked.append(event)
            previous = event.sequence
        }
        return marked
    }
}
