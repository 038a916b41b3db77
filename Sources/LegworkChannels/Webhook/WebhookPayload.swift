import LegworkCore

/// What a webhook tells: `{"type": "task.STATUS", "timestamp", "data"}`, where `data` is the delivery as documents have it.
///
/// A thin one is always shorter than its limit: of the text its beginning is there, and `"is_cut": true` says that there is more.
struct WebhookPayload: Sendable {
    private static let thinText = 4000
    private let head: JSONObject
    private let document: JSONObject

    init(_ piece: DeliveryPiece) {
        head = ["type": .string("task.\(piece.content.status.rawValue)"), "timestamp": .string(piece.content.at.description)]
        document = piece.document
    }

    /// All of it.
    var full: [UInt8] { body(document) }

    /// As much of it as has fewer bytes than the limit.
    func thin(below limit: Int) -> [UInt8] {
        var document = document
        shorten(&document, to: Self.thinText)
        // What can be large, in the order in which it can best be missed.
        let steps: [(inout JSONObject) -> Void] = [
            { $0["questions"] = nil }, { $0["artifacts"] = nil }, { shorten(&$0, to: 500) }, { $0["answers"] = nil }, { $0["link"] = nil },
            { document in for key in document.keys { Self.truncate(key, of: &document, to: 300) } },
        ]
        for step in steps {
            let bytes = body(document)
            if bytes.count < limit { return bytes }
            step(&document)
            document["is_cut"] = true
        }
        return body(document)
    }

    private func shorten(_ document: inout JSONObject, to bytes: Int) {
        if Self.truncate("text", of: &document, to: bytes) { document["is_cut"] = true }
    }

    @discardableResult
    private static func truncate(_ key: String, of document: inout JSONObject, to bytes: Int) -> Bool {
        guard let text = document[key]?.string, text.utf8.count > bytes else { return false }
        document[key] = .string(text.truncated(toBytes: bytes))
        return true
    }

    private func body(_ document: JSONObject) -> [UInt8] {
        var payload = head
        payload["data"] = .object(document)
        return JSONValue.object(payload).jsonBytes()
    }
}
