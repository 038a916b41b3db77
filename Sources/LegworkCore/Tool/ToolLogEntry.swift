/// How much a message in a log matters, as syslog counts it.
public enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// For whoever looks for a fault in the tool.
    case debug
    /// What happens.
    case info
    /// What happens and is worth knowing.
    case notice
    /// What may go wrong.
    case warning
    /// What went wrong.
    case error
    /// What went wrong and stands in the way of more.
    case critical
    /// What somebody has to do something about at once.
    case alert
    /// Nothing works any more.
    case emergency

    /// Whether the first matters less.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .notice: 2
        case .warning: 3
        case .error: 4
        case .critical: 5
        case .alert: 6
        case .emergency: 7
        }
    }
}

/// A message that a tool logs.
public struct ToolLogEntry: Sendable, Hashable {
    /// How much it matters.
    public var level: LogLevel
    /// For people.
    public var text: String
    /// For programs.
    public var data: JSONValue?
    /// The part of the tool that says it.
    public var logger: String?

    /// Makes an entry.
    public init(_ level: LogLevel, _ text: String, data: JSONValue? = nil, logger: String? = nil) {
        self.level = level
        self.text = text
        self.data = data
        self.logger = logger
    }

    /// The entry as the timeline keeps it: `{"kind": "log", "level", "logger"?, "data"?}` beside the text.
    package var timelineData: JSONValue {
        var object: JSONObject = ["kind": "log", "level": .string(level.rawValue)]
        object["logger"] = logger.map(JSONValue.string)
        object["data"] = data
        return .object(object)
    }
}

extension ToolContext {
    /// Logs a message: into the task's timeline, and to a client that waits for the call and wants to hear of what matters so much.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - text: for people.
    ///   - data: for programs.
    ///   - logger: the part of the tool that says it.
    public func log(_ level: LogLevel, _ text: String, data: JSONValue? = nil, logger: String? = nil) {
        host.log(ToolLogEntry(level, text, data: data, logger: logger))
    }
}

extension ToolContextHost {
    /// Puts the message into the timeline.
    public func log(_ entry: ToolLogEntry) { emit(text: entry.text, data: entry.timelineData) }
}
