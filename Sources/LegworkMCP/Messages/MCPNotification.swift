public import LegworkCore

/// A message of the server's to its client that answers nothing: a notification, or (before 2026-07-28) a request.
public struct MCPNotification: Sendable, Hashable {
    /// The message.
    public let json: JSONValue

    /// Whether somebody waits for what the client says to it.
    public var isRequest: Bool { json["id"] != nil }

    /// The message as JSON text, without a line end.
    public var bytes: [UInt8] { json.jsonBytes() }
}
