/// A revision of the Model Context Protocol that is spoken here.
public enum MCPRevision: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The first one.
    case november2024 = "2024-11-05"
    /// Annotations, audio.
    case march2025 = "2025-03-26"
    /// Structured content, resource links.
    case june2025 = "2025-06-18"
    /// The last one with a handshake.
    case november2025 = "2025-11-25"
    /// No handshake: every request says what it speaks and can.
    case july2026 = "2026-07-28"

    /// Whether requests carry their version and capabilities themselves.
    public var isModern: Bool { self >= .july2026 }

    /// Whether clients make tasks of their calls and drive them (`tasks/result` and the rest), a feature of one revision.
    var hasDrivenTasks: Bool { self == .november2025 }

    /// The revision that a client is offered which asks for an unknown one in its handshake.
    static let newestLegacy = MCPRevision.november2025

    /// All revisions, the newest first.
    static let newestFirst: [MCPRevision] = allCases.reversed()

    /// The older of two.
    public static func < (left: MCPRevision, right: MCPRevision) -> Bool { left.rawValue < right.rawValue }
}
