import FoundationEssentials
import LegworkCore
import LegworkHTTP

/// A secret that a sender and a receiver of webhooks share: 24 to 64 bytes, written as `whsec_` and base64.
public struct WebhookKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The bytes.
    package let bytes: [UInt8]

    /// Reads `whsec_…`; nil when it is none.
    public init?(_ text: String) {
        let code = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : ""
        guard let data = Data(base64Encoded: code), (24...64).contains(data.count) else { return nil }
        bytes = Array(data)
    }

    /// Not the bytes.
    public var description: String { "[hidden]" }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether one of the signatures of a header, with blanks between, is this key's. None is compared faster than another.
    package func hasSigned(_ signatures: String, id: String, seconds: Int64, body: [UInt8]) -> Bool {
        let own = Array(signature(id: id, seconds: seconds, body: body).utf8)
        return signatures.split(separator: " ").prefix(16).reduce(false) { SecretBytes.areEqual(Array($1.utf8), own) || $0 }
    }

    /// The signature of a body, `v1,` and base64.
    package func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
        "v1," + Base64.text(of: SecretBytes.code(of: Array("\(id).\(seconds).".utf8) + body, key: bytes))
    }

    var text: String { Base64.text(of: bytes) }
}
