/// Takes known secrets out of what others may read. Printing it, or anything that has it, shows none.
package struct SecretRedactor: Sendable, CustomStringConvertible, CustomReflectable {
    /// Shorter ones would be found where they are not meant.
    private static let shortest = 6
    package let secrets: [String]

    /// Knows some secrets.
    package init(_ secrets: [String]) { self.secrets = secrets.filter { $0.utf8.count >= Self.shortest }.sorted { $0.count > $1.count } }

    /// How many secrets it knows.
    package var description: String { "\(secrets.count) secrets" }
    /// Nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The text with `[hidden]` in the place of each secret.
    package func redact(_ text: String) -> String {
        var text = text
        for secret in secrets {
            // By bytes: a character that joins the last one of a secret would otherwise make it another text.
            var (rest, kept) = (text.utf8[...], [UInt8]())
            while let found = rest.firstRange(of: secret.utf8) {
                kept += rest[..<found.lowerBound]
                kept += "[hidden]".utf8
                rest = rest[found.upperBound...]
            }
            if !kept.isEmpty { text = String(decoding: kept + rest, as: UTF8.self) }
        }
        return text
    }

    /// The value with `[hidden]` in the place of each secret, in names too.
    package func redact(_ value: JSONValue) -> JSONValue {
        if secrets.isEmpty { return value }
        switch value {
        case .string(let text): return .string(redact(text))
        case .array(let elements): return .array(elements.map(redact))
        case .object(let object):
            var result = JSONObject()
            for member in object.members { result[redact(member.key)] = redact(member.value) }
            return .object(result)
        case .null, .bool, .integer, .number: return value
        }
    }
}
