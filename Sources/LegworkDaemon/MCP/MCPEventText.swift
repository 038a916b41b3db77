import LegworkMCP

/// Messages as server-sent events.
enum MCPEventText {
    /// How long a client should wait before it comes back to a stream that has broken, in milliseconds.
    private static let retry = 1000

    /// An event with a message. JSON text has no line breaks, so its data is one line.
    static func event(_ message: [UInt8], id: MCPEventID?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + 48)
        if let id { bytes += Array("id: \(id)\n".utf8) }
        bytes += Array("event: message\ndata: ".utf8)
        bytes += message
        bytes += [0x0A, 0x0A]
        return bytes
    }

    /// The first event of a stream: it has no message, and is what a client names that comes back without having had any.
    static func beginning(_ id: MCPEventID) -> [UInt8] { Array("id: \(id)\nretry: \(retry)\ndata: \n\n".utf8) }
}
