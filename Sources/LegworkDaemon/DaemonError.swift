/// Why a daemon cannot start.
public struct DaemonError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
