import LegworkCore

/// How a person answers a question without knowing of schemas: with one of a few values, or with a text. Pure.
struct AnswerForm: Sendable {
    /// One answer.
    struct Choice: Sendable, Hashable {
        let label: String
        let value: JSONValue
    }

    /// The most answers that get a link each.
    static let maximumChoices = 5
    /// The longest text on a link, in UTF-8 bytes.
    private static let maximumLabelBytes = 60

    /// The answers that there are; empty where a text has to be written.
    let choices: [Choice]
    /// What a text has to be.
    private let field: JSONValue?
    /// The member that an answer is to be within, where there is one.
    private let member: String?
    /// Whether the answer is that of a client of MCP which was asked to ask its user.
    private let isElicited: Bool

    /// Reads a question, `{"key", "message", "schema"?, "request"?}`; nil for one that a person cannot answer so.
    init?(question: JSONValue) {
        var schema = question["schema"]
        isElicited = question["request"] != nil
        if let request = question["request"] {
            // What is asked of a client's model, or of the client itself, is no question for people.
            guard request["method"] == "elicitation/create", let asked = request["params"]?["requestedSchema"] else { return nil }
            schema = asked
        }
        let (field, member) = Self.field(of: schema)
        guard let field else {
            guard schema == nil else { return nil }
            (self.field, self.member, choices) = (nil, nil, [])
            return
        }
        self.field = field
        self.member = member
        let values = Self.choices(of: field)
        let (isElicited, member2) = (isElicited, member)
        choices =
            (1...Self.maximumChoices).contains(values.count)
            ? values.map { Choice(label: $0.label, value: Self.wrapped($0.value, member2, isElicited)) } : []
    }

    /// The one value that an answer consists of: the schema itself, or that of the only member which must be there.
    private static func field(of schema: JSONValue?) -> (JSONValue?, String?) {
        guard let schema else { return (nil, nil) }
        guard schema["type"] == "object" || schema["properties"] != nil else {
            guard schema.object != nil, schema["type"] != "array", schema["$ref"] == nil else { return (nil, nil) }
            return (schema, nil)
        }
        let properties = schema["properties"]?.object?.members ?? []
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let name = required.count == 1 ? required[0] : required.isEmpty && properties.count == 1 ? properties[0].key : nil
        guard let name, let field = properties.first(where: { $0.key == name })?.value, field["type"] != "object", field["type"] != "array"
        else { return (nil, nil) }
        return (field, name)
    }

    private static func choices(of schema: JSONValue) -> [Choice] {
        if schema["type"] == "boolean" { return [Choice(label: "Yes", value: true), Choice(label: "No", value: false)] }
        if let values = schema["enum"]?.array {
            let names = schema["enumNames"]?.array?.compactMap(\.string) ?? []
            return values.enumerated().map { Choice(label: names.count == values.count ? short(names[$0]) : word(for: $1), value: $1) }
        }
        let titled = (schema["oneOf"] ?? schema["anyOf"])?.array ?? []
        let choices = titled.compactMap { option in
            option["const"].map { Choice(label: option["title"]?.string.map(short) ?? word(for: $0), value: $0) }
        }
        return choices.count == titled.count ? choices : []
    }

    private static func word(for value: JSONValue) -> String { short(value.string ?? value.json()) }

    private static func short(_ text: String) -> String { text.truncated(toBytes: maximumLabelBytes) }

    private static func wrapped(_ value: JSONValue, _ member: String?, _ isElicited: Bool) -> JSONValue {
        var value = value
        if let member {
            var object = JSONObject()
            object[member] = value
            value = .object(object)
        }
        return isElicited ? ["action": "accept", "content": value] : value
    }

    /// The answer that a written text is. Whether it fits is seen when it is given.
    func answer(_ text: String) -> JSONValue {
        var value = JSONValue.string(text)
        let type = field?["type"]?.string
        if let field, type != "string", field["enum"] == nil || !(field["enum"]?.array ?? []).contains(value),
            let parsed = try? JSONValue(parsing: text)
        {
            value = parsed
        }
        return Self.wrapped(value, member, isElicited)
    }

    /// An answer in a person's words.
    func words(for answer: JSONValue) -> String {
        if let choice = choices.first(where: { $0.value == answer }) { return choice.label }
        var value = answer
        if isElicited { value = answer["content"] ?? answer["action"] ?? answer }
        if let member, let inner = value[member] { value = inner }
        return (value.string ?? value.json()).truncated(toBytes: 500)
    }

    /// What may be written, in words; nil when it is anything.
    var hint: String? {
        guard let field else { return nil }
        if let values = field["enum"]?.array {
            return "One of: " + values.prefix(50).map { $0.string ?? $0.json() }.joined(separator: ", ").truncated(toBytes: 1000)
        }
        return field["description"]?.string.map { $0.truncated(toBytes: 500) }
    }
}
