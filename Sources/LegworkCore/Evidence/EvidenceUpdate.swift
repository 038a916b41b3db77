/// One thing that becomes evidence of a task's work, and an entry of its timeline.
public enum EvidenceUpdate: Sendable, Hashable {
    /// Replaces the checklist.
    case checklist(Checklist)
    /// A verification; replaces that of the same id.
    case gate(Gate)
    /// A try at a change; replaces that of the same id.
    case attempt(PatchAttempt)
    /// A named output.
    case artifact(Artifact)
    /// Something done on GitHub; replaces that of the same id.
    case githubEvent(GitHubEvent)

    /// The kind of its timeline entry.
    public var kind: TaskEvent.Kind {
        switch self {
        case .checklist: .checklist
        case .gate: .gate
        case .attempt: .patchAttempt
        case .artifact: .artifact
        case .githubEvent: .github
        }
    }

    /// Its timeline entry in words.
    public var summary: String {
        switch self {
        case .checklist(let list): "Checklist updated: \(list.items.count) item(s), \(list.completionPercentage)% complete"
        case .gate(let gate):
            "Gate \(gate.gate) \(gate.status.rawValue): \(EvidenceText.ending(gate.summary, limit: EvidenceText.summaryLimit))"
        case .attempt(let attempt): "Attempt \(attempt.index)/\(attempt.count) recorded for \(attempt.group)"
        case .artifact(let artifact): "\(artifact.label): \(artifact.summary)"
        case .githubEvent(let event): "\(event.action) \(event.target)#\(event.number): \(event.summary)"
        }
    }

    /// Its timeline entry for programs: which entry of the evidence it is about.
    public var data: JSONValue {
        switch self {
        case .checklist(let list):
            [
                "items": JSONValue(list.items.count), "completion_pct": JSONValue(list.completionPercentage),
                "in_progress_id": list.inProgress.map { JSONValue($0) } ?? .null,
            ]
        case .gate(let gate):
            .object(
                Self.withArtifact(
                    ["id": .string(gate.id), "status": .string(gate.status.rawValue), "classification": .string(gate.classification)],
                    gate.logPath
                )
            )
        case .attempt(let attempt): .object(Self.withArtifact(["id": .string(attempt.id)], attempt.patchPath))
        case .artifact(let artifact): ["artifact": .string(artifact.path)]
        case .githubEvent(let event): ["id": .string(event.id), "url": JSONValue(event.url)]
        }
    }

    private static func withArtifact(_ object: JSONObject, _ artifact: String?) -> JSONObject {
        var object = object
        object["artifact"] = artifact.map(JSONValue.string)
        return object
    }

    /// Reads the updates that a tool of another system puts into its metadata: `{"checklist"?, "gate"?, "attempt"?, "artifacts"?,
    /// "github_event"?}`. What is damaged is left out.
    public static func updates(in json: JSONValue) -> [EvidenceUpdate] {
        var updates: [EvidenceUpdate] = []
        if let list = json["checklist"].flatMap(Checklist.init(json:)) { updates.append(.checklist(list)) }
        if let gate = json["gate"].flatMap(Gate.init(json:)) { updates.append(.gate(gate)) }
        if let attempt = json["attempt"].flatMap(PatchAttempt.init(json:)) { updates.append(.attempt(attempt)) }
        updates += (json["artifacts"]?.array ?? []).compactMap(Artifact.init(json:)).map(EvidenceUpdate.artifact)
        if let event = json["github_event"].flatMap(GitHubEvent.init(json:)) { updates.append(.githubEvent(event)) }
        return updates
    }
}

extension TaskRecord {
    /// What the task has to show for its work.
    public package(set) var evidence: Evidence {
        get { sharedExtras?.value.evidence ?? Self.noEvidence }
        set { if newValue != evidence { extras.evidence = newValue } }
    }

    private static let noEvidence = Evidence()

    /// Takes evidence in.
    ///
    /// - Returns: the timeline entry that belongs to it.
    public mutating func record(_ update: EvidenceUpdate, at now: Timestamp) -> TaskEvent {
        extras.evidence.apply(update)
        return newEvent(update.kind, at: now, text: update.summary, data: update.data)
    }
}
