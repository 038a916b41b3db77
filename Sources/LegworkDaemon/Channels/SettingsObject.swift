import LegworkCore

/// A JSON object of the file that describes channels.
typealias SettingsObject = JSONMemberReader<DaemonError>

extension JSONMemberReader where Fault == DaemonError {
    init(_ value: JSONValue, _ path: String) throws(DaemonError) { try self.init(value, path) { DaemonError($0) } }

    mutating func text(_ key: String, atMost bytes: Int = 4096) throws(DaemonError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, (1...bytes).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw wrong(key, "a text of 1 to \(bytes) bytes")
        }
        return text
    }

    mutating func list(_ key: String) throws(DaemonError) -> [String]? {
        guard let value = value(key) else { return nil }
        let texts = value.array?.compactMap(\.string).filter { !$0.isEmpty && !$0.utf8.contains(0) }
        guard let texts, texts.count == value.array?.count, !texts.isEmpty else { throw wrong(key, "a list of texts") }
        return texts
    }
}
