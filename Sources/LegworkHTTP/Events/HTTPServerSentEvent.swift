/// One event of a `text/event-stream`.
public struct HTTPServerSentEvent: Sendable, Hashable {
    /// The event's name; nil is the default, `message`.
    public var event: String?
    /// The id that a reconnecting client would send as `Last-Event-ID`; nil when none was ever given.
    public var id: String?
    /// The data; its lines are separated by line feeds.
    public var data: String

    /// Makes an event.
    public init(event: String? = nil, id: String? = nil, data: String) {
        self.event = event
        self.id = id
        self.data = data
    }

    /// The event as it is sent, its ending blank line included.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.utf8.count + 32)
        if let event { bytes += Array("event: \(Self.oneLine(event))\n".utf8) }
        if let id { bytes += Array("id: \(Self.oneLine(id))\n".utf8) }
        bytes += Array("data: ".utf8)
        var afterReturn = false
        for byte in data.utf8 {
            // CR, LF and CRLF each end a line on the other side, so each has to begin a new field here.
            if byte == 0x0a, afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = byte == 0x0d
            if byte == 0x0a || byte == 0x0d {
                bytes += Array("\ndata: ".utf8)
            } else {
                bytes.append(byte)
            }
        }
        bytes += [0x0a, 0x0a]
        return bytes
    }

    package static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x0a || $0 == 0x0d || $0 == 0 }) else { return text }
        return String(decoding: text.utf8.map { $0 == 0x0a || $0 == 0x0d || $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
    }
}
