import LegworkCore

/// How much a log message matters (RFC 5424, as MCP uses it).
public enum MCPLogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Details for finding faults.
    case debug
    /// The normal course of things.
    case info
    /// A normal but noteworthy event.
    case notice
    /// Something that may become a fault.
    case warning
    /// A fault.
    case error
    /// A part does not work.
    case critical
    /// Something must be done at once.
    case alert
    /// Nothing works.
    case emergency

    /// The one that matters less.
    public static func < (left: MCPLogLevel, right: MCPLogLevel) -> Bool { left.severity < right.severity }

    private var severity: Int {
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

    /// Reads the level that a client wants messages from.
    init(_ json: JSONValue?, named name: String) throws(MCPError) {
        guard let level = json?.string.flatMap(MCPLogLevel.init(rawValue:)) else {
            throw MCPError(.invalidParams, "\(name) must be one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = level
    }
}
