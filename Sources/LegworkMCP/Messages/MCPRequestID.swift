public import LegworkCore

/// The id of a JSON-RPC request: a string or a whole number, never null (MCP 2026-07-28, basic/index).
public enum MCPRequestID: Sendable, Hashable {
    /// The longest id that is a string, in UTF-8 bytes; ids are kept and echoed.
    public static let maximumLength = 1024

    /// A string.
    case string(String)
    /// A whole number.
    case integer(Int64)

    /// Reads an id; nil when the value is none.
    public init?(_ json: JSONValue) {
        switch json {
        case .string(let text) where text.utf8.count <= Self.maximumLength: self = .string(text)
        case .integer(let number): self = .integer(number)
        case .string, .null, .bool, .number, .array, .object: return nil
        }
    }

    /// The id as it goes over the wire.
    public var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        }
    }
}
