import LegworkCore

/// The name of one state of something that can be asked for (RFC 9110 §8.8.3).
struct EntityTag: Sendable, Hashable {
    /// The tag as the header fields have it, in quotes.
    let text: String

    /// The tag of a task: its id, for a name may pass to another, and the version of its record.
    init(_ record: TaskRecord) { text = "\"\(record.id).\(record.version)\"" }

    /// The tag of bytes that nobody counts the versions of.
    init(hashing bytes: [UInt8]) {
        let digest = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        text = "\"\(String(digest, radix: 36))\""
    }

    /// Whether `If-None-Match` or `If-Match` names this tag, or any.
    func isNamed(in fields: [String]) -> Bool {
        fields.contains { field in
            field.split(separator: ",").contains { part in
                let tag = part.drop { $0 == " " || $0 == "\t" }
                let name = (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag)[...]
                return name == "*" || name.prefix { $0 != " " && $0 != "\t" } == text
            }
        }
    }
}
