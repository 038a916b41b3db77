import LegworkCore

/// All tokens that were made and not revoked. Pure: what is written down, and what of it lets somebody in.
struct TokenBook: Sendable, Hashable {
    /// The most tokens that are kept.
    static let maximumCount = 1000

    private var records: [String: TokenRecord] = [:]

    /// The oldest first.
    var all: [TokenRecord] { records.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }

    subscript(id: String) -> TokenRecord? { records[id] }

    /// - Returns: false when there are as many as there may be.
    mutating func add(_ record: TokenRecord) -> Bool {
        guard records.count < Self.maximumCount else { return false }
        records[record.id] = record
        return true
    }

    mutating func remove(_ id: String) -> TokenRecord? { records.removeValue(forKey: id) }

    mutating func note(use id: String, at now: Timestamp) { records[id]?.lastUsedAt = now }
}

extension TokenBook {
    /// The whole book, as it is written down.
    var json: JSONValue {
        let tokens = all.map { record -> JSONValue in
            var object: JSONObject = ["id": .string(record.id)]
            if let label = record.label { object["label"] = .string(label) }
            object["owner"] = .string(record.owners.description)
            object["rights"] = .array(record.rightNames.map { .string($0) })
            object["created_at"] = .string(record.createdAt.description)
            if let expiresAt = record.expiresAt { object["expires_at"] = .string(expiresAt.description) }
            if let lastUsedAt = record.lastUsedAt { object["last_used_at"] = .string(lastUsedAt.description) }
            object["sha256"] = .string(Hexadecimal.text(record.digest))
            return .object(object)
        }
        return ["version": 1, "tokens": .array(tokens)]
    }

    /// Reads a book; nil for what is none, or one that a later version has written.
    init?(_ json: JSONValue) {
        guard json["version"]?.int == 1, let tokens = json["tokens"]?.array, tokens.count <= Self.maximumCount else { return nil }
        for token in tokens {
            guard let record = TokenRecord(token), records.updateValue(record, forKey: record.id) == nil else { return nil }
        }
    }
}

extension TokenRecord {
    fileprivate init?(_ json: JSONValue) {
        guard let id = json["id"]?.string, let owners = json["owner"]?.string.flatMap(OwnerScope.init),
            let names = json["rights"]?.array, let createdAt = json["created_at"]?.string.flatMap(Timestamp.init(iso8601:)),
            let digest = json["sha256"]?.string.flatMap(Hexadecimal.bytes), digest.count == 32
        else { return nil }
        let rights = names.compactMap { $0.string.flatMap(Right.init) }
        let expiresAt = json["expires_at"]?.string.flatMap(Timestamp.init(iso8601:))
        // A word that is not understood must not make more of a token than it was.
        guard rights.count == names.count, (json["expires_at"] == nil) == (expiresAt == nil) else { return nil }
        self.init(
            id: id,
            label: json["label"]?.string,
            owners: owners,
            rights: Set(rights),
            createdAt: createdAt,
            expiresAt: expiresAt,
            digest: digest,
            lastUsedAt: json["last_used_at"]?.string.flatMap(Timestamp.init(iso8601:))
        )
    }
}
