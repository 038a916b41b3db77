public import LegworkCore

/// One rule of a mapping: which lines say what.
public struct LineRule: Sendable, Hashable {
    /// What a line says.
    public enum Event: String, Sendable, Hashable, CaseIterable {
        /// See ``AgentEvent``; the names are those of the configuration.
        case session, message, messagePart = "message_part", toolStarted = "tool_started", toolEnded = "tool_ended", status, warning, ended
    }

    /// What the line says.
    public var event: Event
    /// Which lines: those that have these values at these paths.
    public var conditions: [Condition]
    /// Where the event's parts are: `id model text name arguments result is_error error cost_usd turns input_tokens cached_input_tokens
    /// output_tokens`.
    public var paths: [String: JSONKeyPath]

    /// The names that ``paths`` may have.
    static let parts: Set<String> = [
        "id", "model", "text", "name", "arguments", "result", "is_error", "error", "cost_usd", "turns", "input_tokens",
        "cached_input_tokens", "output_tokens",
    ]

    /// A value that a line must have.
    public struct Condition: Sendable, Hashable {
        /// Where.
        public var path: JSONKeyPath
        /// Which.
        public var value: JSONValue
    }
}

/// A place in a JSON value, such as `message.content.0.text`.
public struct JSONKeyPath: Sendable, Hashable {
    private let parts: [String]

    /// Reads a path: names and indexes with dots between them.
    public init(_ text: String) { parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

    /// What is there; nil when nothing is.
    public func value(in root: JSONValue) -> JSONValue? {
        var value = root
        for part in parts {
            let next = if case .array = value { Int(part).flatMap { value[$0] } } else { value[part] }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
