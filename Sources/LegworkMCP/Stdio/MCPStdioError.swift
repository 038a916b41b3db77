import Glibc

/// What the system would not give to a server over pipes.
public struct MCPStdioError: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ what: String, _ number: Int32) { description = "\(what): \(String(cString: strerror(number)))" }
}
