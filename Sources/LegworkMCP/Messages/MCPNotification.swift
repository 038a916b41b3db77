public import LegworkCore

/// A message to the client that wants no answer.
public struct MCPNotification: Sendable, Hashable {
    /// The message.
    public let json: JSONValue

    /// The message as JSON text, without a line end.
    public var bytes: [UInt8] { json.jsonBytes() }
}
