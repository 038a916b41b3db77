/// A named output of a task, kept in a file beside its record.
public struct Artifact: Sendable, Hashable {
    /// What it is called by people.
    public var label: String
    /// Its name, by which it is read (``ArtifactName``).
    public var path: String
    /// What it is, in a line.
    public var summary: String
    /// When it was made.
    public var createdAt: Timestamp

    /// Describes an artifact; the texts are shortened.
    public init(label: String, path: String, summary: String, createdAt: Timestamp) {
        self.label = EvidenceText.summary(label, limit: 100)
        self.path = path
        self.summary = EvidenceText.summary(summary)
        self.createdAt = createdAt
    }

    /// `{"label", "path", "summary", "created_at"}`.
    public var json: JSONValue {
        [
            "label": .string(label), "path": .string(path), "summary": .string(summary), "created_at": .string(createdAt.description),
        ]
    }

    /// Reads what ``json`` writes; nil when something is missing.
    public init?(json: JSONValue) {
        guard let label = json["label"]?.string, let path = json["path"]?.string, let createdAt = json["created_at"]?.timestamp else {
            return nil
        }
        self.init(label: label, path: path, summary: json["summary"]?.string ?? "", createdAt: createdAt)
    }
}
