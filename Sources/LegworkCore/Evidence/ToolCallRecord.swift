/// A call that an agent made inside its task.
public struct ToolCallRecord: Sendable, Hashable {
    /// Where a call stands.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case running
        case success
        case failed
        /// Its attempt ended before it did.
        case cancelled
    }

    /// The call's id, as the agent's model gave it.
    public let id: String
    /// The tool that was called.
    public internal(set) var name: String
    /// Where it stands.
    public internal(set) var status: Status
    /// When it began.
    public internal(set) var startedAt: Timestamp
    /// When it ended.
    public internal(set) var endedAt: Timestamp?
    /// What it was called with, or the beginning of that.
    public internal(set) var arguments: JSONValue?
    /// What it gave, or the beginning of that.
    public internal(set) var result: String?
    /// The artifact that holds the arguments, when they are long.
    public internal(set) var argumentsArtifact: String?
    /// The artifact that holds what it gave, when that is long.
    public internal(set) var resultArtifact: String?

    /// Whether it failed.
    public var isError: Bool { status == .failed }

    /// How long it took; nil as long as it runs.
    public var duration: Duration? { endedAt.map { $0 - startedAt } }

    /// `{"id", "name", "status", "started_at", "ended_at"?, "duration_ms"?, "is_error", "arguments"?, "result"?, "arguments_artifact"?,
    /// "result_artifact"?}`.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "name": .string(name), "status": .string(status.rawValue), "started_at": .string(startedAt.description),
        ]
        object["ended_at"] = endedAt.map { .string($0.description) }
        object["duration_ms"] = duration.map { .integer($0.milliseconds) }
        object["is_error"] = .bool(isError)
        object["arguments"] = arguments
        object["result"] = result.map(JSONValue.string)
        object["arguments_artifact"] = argumentsArtifact.map(JSONValue.string)
        object["result_artifact"] = resultArtifact.map(JSONValue.string)
        return .object(object)
    }
}
