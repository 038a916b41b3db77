import LegworkCore

/// A JSON object of a configuration, read member by member. What nobody has asked for at the end is a mistake: a misspelt limit would
/// otherwise be none.
struct ConfigurationObject {
    private let object: JSONObject
    /// Where it stands, for messages, such as `agents[0].prices`.
    let path: String
    private var known: Set<String> = []

    init(_ value: JSONValue, _ path: String) throws(AgentError) {
        guard let object = value.object else { throw .configuration("\(path) must be an object, not \(value.typeName)") }
        self.object = object
        self.path = path
    }

    /// All members, of an object whose names are the user's.
    var members: [JSONObject.Member] { object.members }

    mutating func value(_ key: String) -> JSONValue? {
        known.insert(key)
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    mutating func text(_ key: String) throws(AgentError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, !text.utf8.contains(0) else { throw wrong(key, "a string") }
        return text
    }

    mutating func required(_ key: String) throws(AgentError) -> String {
        guard let text = try text(key), !text.isEmpty else { throw .configuration("\(path) needs '\(key)'") }
        return text
    }

    mutating func flag(_ key: String) throws(AgentError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    mutating func number(_ key: String, _ range: ClosedRange<Double>) throws(AgentError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func count(_ key: String, _ range: ClosedRange<Int>) throws(AgentError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number of seconds.
    mutating func seconds(_ key: String, _ range: ClosedRange<Double>) throws(AgentError) -> Duration? {
        try number(key, range).map { .seconds($0) }
    }

    mutating func list(_ key: String) throws(AgentError) -> [String]? {
        guard let value = value(key) else { return nil }
        let texts = value.array?.compactMap(\.string)
        guard let texts, texts.count == value.array?.count, !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw wrong(key, "a list of strings")
        }
        return texts
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws(AgentError) -> Choice?
    where Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw wrong(key, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    mutating func object(_ key: String) throws(AgentError) -> ConfigurationObject? {
        guard let value = value(key) else { return nil }
        return try ConfigurationObject(value, "\(path).\(key)")
    }

    /// An object of strings.
    mutating func texts(_ key: String) throws(AgentError) -> [String: String] {
        guard let object = try object(key) else { return [:] }
        var texts: [String: String] = [:]
        for member in object.members {
            guard let text = member.value.string, !text.utf8.contains(0), !member.key.isEmpty else {
                throw wrong(key, "an object of strings")
            }
            texts[member.key] = text
        }
        return texts
    }

    /// Where a key is: `{"env": NAME}` or `{"file": PATH}`. The key itself is refused.
    mutating func secret(_ key: String) throws(AgentError) -> SecretReference? {
        guard let value = value(key) else { return nil }
        return try Self.secret(value, "\(path).\(key)")
    }

    static func secret(_ value: JSONValue, _ path: String) throws(AgentError) -> SecretReference {
        guard value.object != nil else {
            throw .configuration(
                "\(path) must say where the key is, {\"env\": NAME} or {\"file\": PATH}; a key itself does not belong here"
            )
        }
        var place = try ConfigurationObject(value, path)
        let (name, file) = (try place.text("env"), try place.text("file"))
        try place.finish()
        switch (name, file) {
        case (let name?, nil) where !name.isEmpty: return .environment(name)
        case (nil, let file?) where file.hasPrefix("/"): return .file(file)
        default: throw .configuration("\(path) must have either 'env', a variable's name, or 'file', an absolute path")
        }
    }

    /// Refuses members that nobody has asked for.
    func finish() throws(AgentError) {
        for key in object.keys where !known.contains(key) {
            let meant = Suggestion.nearest(to: key, in: known.sorted()).map { "; did you mean '\($0)'?" } ?? ""
            throw .configuration("\(path) has an unknown member '\(key.truncated(toBytes: 60))'\(meant)")
        }
    }

    func wrong(_ key: String, _ expected: String) -> AgentError { .configuration("\(path).\(key) must be \(expected)") }
}

extension AgentError {
    static func configuration(_ message: String) -> AgentError { AgentError(.invalidConfiguration, message) }
}
