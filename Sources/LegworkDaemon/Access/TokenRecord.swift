import LegworkCore

/// A bearer token as it is kept: what it is for, and a digest from which it cannot be found.
struct TokenRecord: Sendable, Hashable {
    /// Names the token in lists; it is a part of the token and no secret.
    let id: String
    let label: String?
    let owners: OwnerScope
    let rights: Set<Right>
    let createdAt: Timestamp
    /// From when on it lets nobody in; nil for never.
    let expiresAt: Timestamp?
    /// The SHA-256 of the whole token.
    let digest: [UInt8]
    /// When it was last used, as far as that was written down.
    var lastUsedAt: Timestamp?

    func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// The rights, in the order in which they are always named.
    var rightNames: [String] { Right.allCases.filter(rights.contains).map(\.rawValue) }
}

extension TokenRecord {
    /// What may be shown: everything but the digest.
    func wire(at now: Timestamp) -> JSONValue {
        var object: JSONObject = ["id": .string(id)]
        if let label { object["label"] = .string(label) }
        object["owner"] = .string(owners.description)
        object["rights"] = .array(rightNames.map { .string($0) })
        object["created_at"] = .string(createdAt.description)
        if let expiresAt {
            object["expires_at"] = .string(expiresAt.description)
            object["expired"] = .bool(isExpired(at: now))
        }
        if let lastUsedAt { object["last_used_at"] = .string(lastUsedAt.description) }
        return .object(object)
    }
}
