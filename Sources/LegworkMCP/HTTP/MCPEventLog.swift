/// The newest events of one stream, for a reader who is slow or has to come back. Pure.
///
/// It holds at most so many events and bytes: of more, the oldest are dropped. The newest is held however large it is, for the last event
/// of a stream is the answer that everybody waits for.
public struct MCPEventLog: Sendable {
    /// One event.
    public struct Event: Sendable, Hashable {
        /// Its place: the first of a stream is 1.
        public let position: Int
        /// One message, as JSON text.
        public let message: [UInt8]
    }

    private let maximumEvents: Int
    private let maximumBytes: Int
    private var events: [Event] = []
    /// How many bytes the events have that are held.
    public private(set) var bytes = 0
    /// The place of the newest event; 0 when there was none.
    public private(set) var last = 0
    /// Whether no more events will come.
    public private(set) var isFinished = false

    /// Makes an empty log.
    ///
    /// - Parameters:
    ///   - maximumEvents: how many events it holds.
    ///   - maximumBytes: how many bytes those may have together.
    public init(maximumEvents: Int = 256, maximumBytes: Int = 1 << 20) {
        self.maximumEvents = max(1, maximumEvents)
        self.maximumBytes = maximumBytes
    }

    /// Takes an event; after the end none is taken.
    public mutating func append(_ message: [UInt8]) {
        guard !isFinished else { return }
        last += 1
        bytes += message.count
        events.append(Event(position: last, message: message))
        var surplus = 0
        while events.count - surplus > maximumEvents || bytes > maximumBytes, surplus < events.count - 1 {
            bytes -= events[surplus].message.count
            surplus += 1
        }
        events.removeFirst(surplus)
    }

    /// Says that no more events will come.
    public mutating func finish() { isFinished = true }

    /// The events that came after a place, as far as they are held.
    public func events(after position: Int) -> ArraySlice<Event> {
        // A client names any place.
        guard position < last else { return [] }
        let first = events.first?.position ?? last + 1
        return events.dropFirst(max(0, position + 1 - first))
    }
}
