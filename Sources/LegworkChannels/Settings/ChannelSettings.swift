public import LegworkCore

/// What a configuration says of a channel, read member by member, with the secrets put in. What nobody has asked for at the end is a mistake:
/// a misspelt limit would otherwise be none.
///
/// No error repeats a value: any of them may be a secret.
public struct ChannelSettings: Sendable {
    private var members: JSONMemberReader<ChannelConfigurationError>
    private let secrets: SecretSource
    /// Where it stands, for messages, such as `slack`.
    public var path: String { members.path }

    /// Begins reading.
    ///
    /// - Parameter shorthand: the member that is meant when only a text stands there.
    public init(
        _ value: JSONValue,
        _ path: String,
        shorthand: String? = nil,
        secrets: SecretSource
    ) throws(ChannelConfigurationError) {
        self.secrets = secrets
        let object: JSONObject
        switch value {
        case .object(let given): object = given
        case .string where shorthand != nil, .array where shorthand != nil: object = [shorthand ?? "": value]
        case .string, .null, .bool, .integer, .number, .array:
            let text = shorthand.map { ", or a text or a list, which stands for '\($0)'" } ?? ""
            throw ChannelConfigurationError(.invalid, "\(path) must be an object\(text), not \(value.typeName)")
        }
        members = JSONMemberReader(object, path) { ChannelConfigurationError(.invalid, $0) }
    }

    /// A member as it is; nil where it is missing or `null`.
    public mutating func value(_ key: String) -> JSONValue? { members.value(key) }

    /// A text with its secrets in it, of at most so many bytes and without control characters.
    public mutating func text(_ key: String, atMost bytes: Int = 4096) throws(ChannelConfigurationError) -> String? {
        guard let value = value(key) else { return nil }
        return try text(of: value, key, atMost: bytes)
    }

    /// A text that must be there.
    public mutating func required(_ key: String, atMost bytes: Int = 4096) throws(ChannelConfigurationError) -> String {
        guard let text = try text(key, atMost: bytes) else {
            throw ChannelConfigurationError(.invalid, "\(path) needs '\(key)', a text")
        }
        return text
    }

    /// A text that must not be seen.
    public mutating func secret(_ key: String) throws(ChannelConfigurationError) -> Secret? { try text(key).map(Secret.init) }

    /// `true` or `false`.
    public mutating func flag(_ key: String) throws(ChannelConfigurationError) -> Bool? { try members.flag(key) }

    /// A whole number.
    public mutating func count(_ key: String, _ range: ClosedRange<Int>) throws(ChannelConfigurationError) -> Int? {
        try members.count(key, range)
    }

    /// Texts with their secrets in them; one text is a list of one.
    public mutating func list(_ key: String) throws(ChannelConfigurationError) -> [String]? {
        guard let value = value(key) else { return nil }
        if value.string != nil { return [try text(of: value, key, atMost: 4096)] }
        guard let values = value.array, !values.isEmpty, values.count <= 100 else { throw wrong(key, "a text or a list of 1 to 100 texts") }
        var texts: [String] = []
        for value in values { texts.append(try text(of: value, key, atMost: 4096)) }
        return texts
    }

    /// An object of texts with their secrets in them, in their order.
    public mutating func texts(_ key: String) throws(ChannelConfigurationError) -> [(name: String, text: String)] {
        guard let value = value(key) else { return [] }
        guard let members = value.object?.members, members.count <= 100 else { throw wrong(key, "an object of at most 100 texts") }
        var texts: [(name: String, text: String)] = []
        for member in members { texts.append((member.key, try text(of: member.value, key, atMost: 4096))) }
        return texts
    }

    /// One of some words.
    public mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws(ChannelConfigurationError) -> Choice?
    where Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw wrong(key, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// Refuses members that nobody has asked for, and names those that there are.
    public func finish() throws(ChannelConfigurationError) { try members.finish() }

    /// What to throw for a member that is not what it should be.
    public func wrong(_ key: String, _ expected: String) -> ChannelConfigurationError { members.wrong(key, expected) }

    private func text(of value: JSONValue, _ key: String, atMost bytes: Int) throws(ChannelConfigurationError) -> String {
        guard let raw = value.string else { throw wrong(key, "a text, not \(value.typeName)") }
        let text: String
        do throws(SecretError) {
            text = try secrets.resolve(raw)
        } catch {
            throw ChannelConfigurationError(.noSecret, "\(path).\(key): \(error.message)")
        }
        guard (1...bytes).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw wrong(key, "a text of 1 to \(bytes) bytes without line ends")
        }
        return text
    }
}
