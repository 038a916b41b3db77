import LegworkCore

/// A JSON object of the file that describes agents.
typealias ConfigurationObject = JSONMemberReader<AgentError>

extension JSONMemberReader where Fault == AgentError {
    init(_ value: JSONValue, _ path: String) throws(AgentError) { try self.init(value, path) { .configuration($0) } }

    mutating func text(_ key: String) throws(AgentError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, !text.utf8.contains(0) else { throw wrong(key, "a string") }
        return text
    }

    mutating func required(_ key: String) throws(AgentError) -> String {
        guard let text = try text(key), !text.isEmpty else { throw .configuration("\(path) needs '\(key)'") }
        return text
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
}

extension AgentError {
    static func configuration(_ message: String) -> AgentError { AgentError(.invalidConfiguration, message) }
}
