import LegworkCore

/// A JSON object of the channels' configuration, read member by member. What nobody has asked for at the end is a mistake: a misspelt
/// permission would otherwise be none.
struct SettingsObject {
    private let object: JSONObject
    /// Where it stands, for messages, such as `channels.ops`.
    let path: String
    private var known: [String] = []

    init(_ value: JSONValue, _ path: String) throws(DaemonError) {
        guard let object = value.object else { throw DaemonError("\(path) must be an object, not \(value.typeName)") }
        self.object = object
        self.path = path
    }

    /// The names that nobody has asked for.
    var unread: [String] { object.keys.filter { !known.contains($0) } }

    mutating func value(_ key: String) -> JSONValue? {
        if !known.contains(key) { known.append(key) }
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    mutating func text(_ key: String, atMost bytes: Int = 4096) throws(DaemonError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, (1...bytes).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw wrong(key, "a text of 1 to \(bytes) bytes")
        }
        return text
    }

    mutating func flag(_ key: String) throws(DaemonError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    mutating func count(_ key: String, _ range: ClosedRange<Int>) throws(DaemonError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func list(_ key: String) throws(DaemonError) -> [String]? {
        guard let value = value(key) else { return nil }
        let texts = value.array?.compactMap(\.string).filter { !$0.isEmpty && !$0.utf8.contains(0) }
        guard let texts, texts.count == value.array?.count, !texts.isEmpty else { throw wrong(key, "a list of texts") }
        return texts
    }

    /// Refuses members that nobody has asked for, and names those that there are.
    func finish() throws(DaemonError) {
        guard let key = unread.first else { return }
        let meant = Suggestion.nearest(to: key, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw DaemonError(
            "\(path) has an unknown member '\(key.truncated(toBytes: 60))'\(meant); known are \(known.sorted().joined(separator: ", "))"
        )
    }

    func wrong(_ key: String, _ expected: String) -> DaemonError { DaemonError("\(path).\(key) must be \(expected)") }
}
