/// One try at a change of a working tree: what was changed, and the patch.
public struct PatchAttempt: Sendable, Hashable {
    /// The most files that are named.
    public static let maximumFiles = 200

    /// Names the try.
    public let id: String
    /// What the tries of one task at one thing have in common.
    public var group: String
    /// Which of them it is, from 1.
    public var index: Int
    /// How many there are to be.
    public var count: Int
    /// The branch that it began from.
    public var baseRef: String?
    /// The commit that it began from.
    public var baseSHA: String?
    /// The branch that it led to.
    public var headRef: String?
    /// The commit that it led to.
    public var headSHA: String?
    /// What it is about.
    public var summary: String
    /// The files that it changes.
    public var changedFiles: [String]
    /// The artifact that holds the patch.
    public var patchPath: String?
    /// How it was verified, in words or by the ids of gates.
    public var verification: [String]
    /// Whether it is the one that counts.
    public var isSelected: Bool
    /// When it was recorded.
    public var recordedAt: Timestamp

    /// Describes a try; the texts are shortened.
    public init(
        id: String,
        group: String,
        index: Int,
        count: Int,
        summary: String,
        changedFiles: [String] = [],
        patchPath: String? = nil,
        verification: [String] = [],
        recordedAt: Timestamp
    ) {
        self.id = id.truncated(toBytes: 100)
        self.group = group.truncated(toBytes: 100)
        self.index = max(1, index)
        self.count = max(1, index, count)
        self.summary = EvidenceText.summary(summary, limit: EvidenceText.gateSummaryLimit)
        self.changedFiles = changedFiles.prefix(Self.maximumFiles).map { $0.truncated(toBytes: 1000) }
        self.patchPath = patchPath
        self.verification = verification.prefix(20).map { EvidenceText.summary($0) }
        isSelected = false
        self.recordedAt = recordedAt
    }

    /// The record of other systems: `{"id", "attempt_group_id", "attempt_index", "attempt_count", "base_ref"?, "base_sha"?, "head_ref"?,
    /// "head_sha"?, "summary", "changed_files", "patch_path"?, "verification", "selected", "recorded_at"}`.
    public var json: JSONValue {
        var object: JSONObject = [
            "id": .string(id), "attempt_group_id": .string(group), "attempt_index": JSONValue(index), "attempt_count": JSONValue(count),
        ]
        object["base_ref"] = baseRef.map(JSONValue.string)
        object["base_sha"] = baseSHA.map(JSONValue.string)
        object["head_ref"] = headRef.map(JSONValue.string)
        object["head_sha"] = headSHA.map(JSONValue.string)
        object["summary"] = .string(summary)
        object["changed_files"] = .array(changedFiles.map(JSONValue.string))
        object["patch_path"] = patchPath.map(JSONValue.string)
        object["verification"] = .array(verification.map(JSONValue.string))
        object["selected"] = .bool(isSelected)
        object["recorded_at"] = .string(recordedAt.description)
        return .object(object)
    }

    /// Reads what ``json`` writes; nil when something is missing.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.string, let recordedAt = json["recorded_at"]?.timestamp else { return nil }
        self.init(
            id: id,
            group: json["attempt_group_id"]?.string ?? id,
            index: json["attempt_index"]?.int ?? 1,
            count: json["attempt_count"]?.int ?? 1,
            summary: json["summary"]?.string ?? "",
            changedFiles: json["changed_files"]?.array?.compactMap(\.string) ?? [],
            patchPath: json["patch_path"]?.string,
            verification: json["verification"]?.array?.compactMap(\.string) ?? [],
            recordedAt: recordedAt
        )
        baseRef = json["base_ref"]?.string?.truncated(toBytes: 1000)
        baseSHA = json["base_sha"]?.string?.truncated(toBytes: 1000)
        headRef = json["head_ref"]?.string?.truncated(toBytes: 1000)
        headSHA = json["head_sha"]?.string?.truncated(toBytes: 1000)
        isSelected = json["selected"]?.bool ?? false
    }
}
