import LegworkCore

/// `task_artifacts`: the artifacts of a task, or a part of one.
struct TaskArtifactsTool: Tool {
    private static let defaultBytes = 8192
    private static let maximumBytes = 256 << 10

    let descriptor = ToolDescriptor(
        name: "task_artifacts",
        title: "Task artifacts",
        description: """
            Without name: list the artifacts of a task, which are what was too long for its timeline (messages, arguments and results of \
            its calls), the logs of its gates, its patches and its named outputs. With name: read one, from offset on; pass next_offset of \
            one answer as the offset of the next.
            """,
        inputSchema: TaskDesk.schema([
            "task_id": EvidenceDesk.taskID, "name": ["type": "string", "minLength": 1, "maxLength": JSONValue(ArtifactName.maximumLength)],
            "offset": ["type": "integer", "minimum": 0],
            "limit": ["type": "integer", "minimum": 1, "maximum": JSONValue(maximumBytes), "default": JSONValue(defaultBytes)],
        ]),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: EvidenceDesk

    init(_ desk: EvidenceDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            let scope = context.caller.scope
            guard let name = arguments["name"]?.string else {
                let artifacts = try await manager.artifacts(of: record.id, in: scope)
                let lines = artifacts.map { "\($0.name)  \($0.bytes) bytes\($0.summary.map { "  \($0)" } ?? "")" }
                return .text(
                    lines.isEmpty ? "The task has no artifacts." : lines.joined(separator: "\n"),
                    structured: ["task_id": .string(record.id.description), "artifacts": .array(artifacts.map(\.json))]
                )
            }
            let chunk = try await manager.artifact(
                name,
                of: record.id,
                from: arguments["offset"]?.int ?? 0,
                limit: arguments["limit"]?.int ?? Self.defaultBytes,
                in: scope
            )
            let part = chunk.text
            var object: JSONObject = [
                "name": .string(name), "text": .string(part.text), "offset": JSONValue(part.offset), "total_bytes": JSONValue(chunk.total),
            ]
            if part.end < chunk.total { object["next_offset"] = JSONValue(part.end) }
            return .text(part.text, structured: .object(object))
        }
    }
}

extension ArtifactChunk {
    /// The bytes as text, cut so that no character is torn.
    var text: OutputText {
        OutputText(OutputChunk(bytes: bytes, offset: offset, total: total, mayGrow: false), startsAnywhere: false)
    }
}

extension StoredArtifact {
    /// `{"name", "bytes", "created_at", "label"?, "summary"?}`.
    package var json: JSONValue {
        var object: JSONObject = ["name": .string(name), "bytes": JSONValue(bytes), "created_at": .string(createdAt.description)]
        object["label"] = label.map(JSONValue.string)
        object["summary"] = summary.map(JSONValue.string)
        return .object(object)
    }
}
