/// A command that was run to verify something, and what came of it.
public struct Gate: Sendable, Hashable {
    /// How it ended.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case passed
        case failed
        case timeout
        case cancelled
    }

    /// Names one run.
    public let id: String
    /// What is verified: `fmt`, `check`, `clippy`, `test`, `custom` or another word.
    public var gate: String
    /// The command.
    public var command: String
    /// Where it ran.
    public var directory: String
    /// Its exit code; nil when it did not end by itself.
    public var exitCode: Int?
    /// How it ended.
    public var status: Status
    /// What kind of ending that is (``GateClassification``).
    public var classification: String
    /// How long it took.
    public var duration: Duration
    /// The end of what it wrote.
    public var summary: String
    /// The artifact that holds all that it wrote.
    public var logPath: String?
    /// When it ended.
    public var recordedAt: Timestamp

    /// Describes a run; the texts are shortened.
    public init(
        id: String,
        gate: String,
        command: String,
        directory: String,
        exitCode: Int?,
        status: Status,
        classification: String,
        duration: Duration,
        summary: String,
        logPath: String? = nil,
        recordedAt: Timestamp
    ) {
        self.id = id.truncated(toBytes: 100)
        self.gate = gate.truncated(toBytes: 100)
        self.command = EvidenceText.summary(command, limit: 1000)
        self.directory = directory.truncated(toBytes: 4096)
        self.exitCode = exitCode
        self.status = status
        self.classification = classification.truncated(toBytes: 100)
        self.duration = duration
        self.summary = EvidenceText.ending(summary)
        self.logPath = logPath
        self.recordedAt = recordedAt
    }

    /// `{"id", "gate", "command", "cwd", "exit_code", "status", "classification", "duration_ms", "summary", "log_path"?, "recorded_at"}`.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "gate": .string(gate), "command": .string(command), "cwd": .string(directory),
            "exit_code": exitCode.map { JSONValue($0) } ?? .null, "status": .string(status.rawValue),
            "classification": .string(classification), "duration_ms": .integer(duration.milliseconds), "summary": .string(summary),
        ]
        object["log_path"] = logPath.map(JSONValue.string)
        object["recorded_at"] = .string(recordedAt.description)
        return .object(object)
    }

    /// Reads what ``json`` writes; nil when something is missing.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.string, let gate = json["gate"]?.string, let recordedAt = json["recorded_at"]?.timestamp else {
            return nil
        }
        let word = json["status"]?.string ?? ""
        self.init(
            id: id,
            gate: gate,
            command: json["command"]?.string ?? "",
            directory: json["cwd"]?.string ?? "",
            exitCode: json["exit_code"]?.int,
            status: Status(rawValue: word) ?? (word == "canceled" ? .cancelled : .failed),
            classification: json["classification"]?.string ?? GateClassification.environment.rawValue,
            duration: .milliseconds(max(0, json["duration_ms"]?.int ?? 0)),
            summary: json["summary"]?.string ?? "",
            logPath: json["log_path"]?.string,
            recordedAt: recordedAt
        )
    }
}
