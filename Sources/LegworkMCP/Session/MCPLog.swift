import LegworkCore

/// Turns what a tool logs into messages for the client that waits for it. Pure.
///
/// Only what matters as much as the client wishes is told, and of one call no more than ``limit`` messages; all of it is in the task's timeline.
struct MCPLog: Sendable {
    /// The most messages of one call.
    static let limit = 1000

    private let level: LogLevel
    private let logger: String
    private var count = 0

    /// - Parameters:
    ///   - level: what matters less is left out.
    ///   - logger: who says what names no logger of its own: the tool.
    init(from level: LogLevel, logger: String) {
        self.level = level
        self.logger = logger
    }

    /// Takes what the tool logs.
    ///
    /// - Returns: a notification to send now.
    mutating func take(_ entry: ToolLogEntry) -> MCPNotification? {
        guard entry.level >= level, count <= Self.limit else { return nil }
        count += 1
        guard count <= Self.limit else {
            return Self.message(
                ToolLogEntry(.warning, "\(Self.limit) messages have been sent; the rest is not", logger: entry.logger ?? logger)
            )
        }
        var entry = entry
        entry.logger = entry.logger ?? logger
        return Self.message(entry)
    }

    private static func message(_ entry: ToolLogEntry) -> MCPNotification {
        var params: JSONObject = ["level": .string(entry.level.rawValue)]
        params["logger"] = entry.logger.map(JSONValue.string)
        params["data"] = entry.data.map { ["message": .string(entry.text), "data": $0] } ?? .string(entry.text)
        return MCPNotification(json: ["jsonrpc": "2.0", "method": "notifications/message", "params": .object(params)])
    }
}
