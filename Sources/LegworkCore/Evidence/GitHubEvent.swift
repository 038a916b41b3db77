/// Something that was done on GitHub.
public struct GitHubEvent: Sendable, Hashable {
    /// Names the event.
    public let id: String
    /// What was done: `comment`, `close`, `merge`, …
    public var action: String
    /// To what: `issue` or `pr`.
    public var target: String
    /// Its number.
    public var number: Int
    /// What it says.
    public var summary: String
    /// Where it can be seen.
    public var url: String?
    /// When it was recorded.
    public var recordedAt: Timestamp

    /// Describes an event; the texts are shortened.
    public init(id: String, action: String, target: String, number: Int, summary: String, url: String? = nil, recordedAt: Timestamp) {
        self.id = id.truncated(toBytes: 100)
        self.action = action.truncated(toBytes: 100)
        self.target = target.truncated(toBytes: 100)
        self.number = number
        self.summary = EvidenceText.summary(summary)
        self.url = url?.truncated(toBytes: 2000)
        self.recordedAt = recordedAt
    }

    /// `{"id", "action", "target", "number", "summary", "url"?, "recorded_at"}`.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "action": .string(action), "target": .string(target), "number": JSONValue(number),
            "summary": .string(summary),
        ]
        object["url"] = url.map(JSONValue.string)
        object["recorded_at"] = .string(recordedAt.description)
        return .object(object)
    }

    /// Reads what ``json`` writes; nil when something is missing.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.string, let action = json["action"]?.string, let recordedAt = json["recorded_at"]?.timestamp else {
            return nil
        }
        self.init(
            id: id,
            action: action,
            target: json["target"]?.string ?? "",
            number: json["number"]?.int ?? 0,
            summary: json["summary"]?.string ?? "",
            url: json["url"]?.string,
            recordedAt: recordedAt
        )
    }
}
