import LegworkCore

/// What a file `tasks/ID.json` of a queue of prompts says of one task. Pure: bytes in, values out.
struct PromptTaskFile: Sendable {
    /// The newest schema that is understood.
    static let newestSchema = 4
    /// The largest file, in bytes.
    static let maximumBytes = 64 << 20
    /// The most bytes of a result's summary and of an error.
    static let maximumTextBytes = 64 << 10

    enum Status: String {
        case queued, running, completed, failed, canceled
    }

    /// Something wrong with a file.
    struct Damage: Error, CustomStringConvertible {
        let description: String
    }

    /// A line of its timeline.
    struct Entry: Sendable {
        var time: Timestamp
        var kind: String
        var summary: String
        var detailPath: String?
    }

    /// A call that its agent made.
    struct Call: Sendable {
        var id: String
        var name: String
        var status: String
        var startedAt: Timestamp
        var endedAt: Timestamp?
        var input: String?
        var output: String?
        var detailPath: String?
    }

    let id: String
    let prompt: AgentPrompt
    let status: Status
    let createdAt: Timestamp
    let startedAt: Timestamp?
    let endedAt: Timestamp?
    let terminalReason: String?
    let result: String?
    let resultPath: String?
    let error: String?
    let evidence: Evidence
    let entries: [Entry]
    let calls: [Call]
    /// What else may matter, such as the thread and the turn.
    let links: JSONObject

    /// Reads a file.
    ///
    /// - Parameter name: the file's name without `.json`, which has to be the task's id.
    init(_ bytes: [UInt8], name: String) throws(Damage) {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes, limits: JSONLimits(bytes: Self.maximumBytes, values: 10_000_000))
        } catch {
            throw Damage(description: "it is no JSON: \(error)")
        }
        let schema = json["schema_version"]?.int ?? 2
        guard schema <= Self.newestSchema else {
            throw Damage(description: "Task schema v\(schema) is newer than supported v\(Self.newestSchema)")
        }
        guard let id = json["id"]?.string, Self.isID(id) else { throw Damage(description: "it has no id that can be one") }
        guard id == name else { throw Damage(description: "it says that it is '\(id)', which is not its name") }
        guard let prompt = AgentPrompt(json: json) else { throw Damage(description: "it has no prompt") }
        let word = json["status"]?.string ?? ""
        guard let status = Status(rawValue: word == "cancelled" ? "canceled" : word) else {
            throw Damage(description: "its status '\(word.truncated(toBytes: 40))' is not known")
        }
        guard let createdAt = json["created_at"]?.timestamp else { throw Damage(description: "it does not say when it was created") }
        self.id = id
        self.prompt = prompt
        self.status = status
        self.createdAt = createdAt
        startedAt = json["started_at"]?.timestamp
        endedAt = json["ended_at"]?.timestamp
        terminalReason = json["terminal_reason"]?.string
        result = json["result_summary"]?.string?.truncated(toBytes: Self.maximumTextBytes)
        resultPath = json["result_detail_path"]?.string
        error = json["error"]?.string?.truncated(toBytes: Self.maximumTextBytes)
        evidence = Evidence(json: json)
        entries = (json["timeline"]?.array ?? []).compactMap(Entry.init)
        calls = (json["tool_calls"]?.array ?? []).compactMap(Call.init)
        var links = JSONObject()
        for key in ["thread_id", "turn_id", "owner_session_id", "name", "model_provider"] {
            if let value = json[key]?.string { links[key] = .string(value.truncated(toBytes: 500)) }
        }
        self.links = links
    }

    /// Whether a text is an id of that system: a component of a path, and nothing that leads elsewhere.
    private static func isID(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && !text.contains(".") && ArtifactName(text) != nil
    }
}

extension PromptTaskFile.Entry {
    fileprivate init?(json: JSONValue) {
        guard let kind = json["kind"]?.string, let time = json["timestamp"]?.timestamp else { return nil }
        self.init(time: time, kind: kind, summary: json["summary"]?.string ?? "", detailPath: json["detail_path"]?.string)
    }
}

extension PromptTaskFile.Call {
    fileprivate init?(json: JSONValue) {
        guard let id = json["id"]?.string, let start = json["started_at"]?.timestamp else { return nil }
        self.init(
            id: id.truncated(toBytes: 200),
            name: (json["name"]?.string ?? "").truncated(toBytes: 200),
            status: json["status"]?.string ?? "running",
            startedAt: start,
            endedAt: json["ended_at"]?.timestamp,
            input: json["input_summary"]?.string?.truncated(toBytes: TaskEvent.maximumTextBytes),
            output: json["output_summary"]?.string?.truncated(toBytes: TaskEvent.maximumTextBytes),
            detailPath: json["detail_path"]?.string
        )
    }
}
