/// Names an event of one of a session's streams: `3-17` is the 17th of the third stream.
///
/// It names the stream too, for a client that comes back says no more than the id of the last event that it has
/// (2025-11-25, basic/transports, "Resumability and Redelivery").
public struct MCPEventID: Sendable, Hashable, CustomStringConvertible {
    /// The stream.
    public let stream: Int
    /// The event's place in it: 1 is the first, 0 is before it.
    public let position: Int

    /// Names an event.
    public init(stream: Int, position: Int) {
        self.stream = stream
        self.position = position
    }

    /// Reads what ``description`` wrote; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
        guard let stream = Int(parts[0]), let position = Int(parts[1]) else { return nil }
        self.init(stream: stream, position: position)
    }

    /// The id as it goes over the wire.
    public var description: String { "\(stream)-\(position)" }
}
