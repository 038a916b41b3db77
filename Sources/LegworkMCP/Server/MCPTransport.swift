/// What carries the messages of a connection.
public enum MCPTransport: Sendable, Hashable {
    /// The pipes of a child process, be it this process or one that passes messages on. When they close, the host has gone.
    case stdio
    /// HTTP, where a client closes a response to call its request off (2026-07-28), or loses it by accident (before).
    case http
}
