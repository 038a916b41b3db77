import Legwork
import LegworkCore

/// A question of a task as a client puts it to its user: an elicitation in a form. A pure value.
///
/// A form is a flat object of primitive values (2026-07-28, client/elicitation). A question whose schema is such an object is its form; for any
/// other the form has the one field `answer`: with the question's schema when that is primitive, and else for text that is read as JSON.
struct MCPQuestion: Sendable, Hashable {
    private enum Form: Sendable, Hashable {
        /// The answer is all of the form.
        case whole(JSONObject)
        /// The answer is its one field.
        case field(JSONObject)
        /// The answer is its one field, as JSON text.
        case text
    }

    private static let field = "answer"
    /// The longest schema that is shown to a user, in bytes.
    private static let shownSchema = 1000

    private let request: InputRequest
    private let form: Form

    init(_ request: InputRequest) {
        self.request = request
        switch request.schema {
        case nil: form = .field(["type": "string"])
        case .some(let schema):
            if let whole = Self.flatObject(schema) {
                form = .whole(whole)
            } else if let field = Self.primitive(schema) {
                form = .field(field)
            } else {
                form = .text
            }
        }
    }

    /// The question's key.
    var key: String { request.key }

    /// The question in words.
    var message: String { request.message }

    /// The request that the client is to fulfil.
    var json: JSONValue {
        [
            "method": "elicitation/create",
            "params": ["mode": "form", "message": .string(request.message), "requestedSchema": .object(requestedSchema)],
        ]
    }

    private var requestedSchema: JSONObject {
        switch form {
        case .whole(let schema): return schema
        case .field(let field): return Self.wrapping(field)
        case .text:
            let schema = (request.schema ?? true).json().truncated(toBytes: Self.shownSchema)
            return Self.wrapping(["type": "string", "description": .string("JSON that fits this schema: \(schema)")])
        }
    }

    private static func wrapping(_ property: JSONObject) -> JSONObject {
        ["type": "object", "properties": [field: .object(property)], "required": [.string(field)]]
    }

    /// What a client says of the question: `accept` with the form's content, `decline`, or `cancel` for a form that was closed. Nobody answers
    /// after the last two, so both decline.
    func response(_ response: JSONValue) throws(MCPError) -> InputResponse {
        switch response["action"]?.string {
        case "accept":
            let content = response["content"] ?? .object(JSONObject())
            if case .whole = form { return .answer(content) }
            guard let answer = content[Self.field] else {
                throw MCPError(.invalidParams, "params.inputResponses.\(key).content must have the member '\(Self.field)'")
            }
            guard form == .text, let text = answer.string else { return .answer(answer) }
            do {
                return .answer(try JSONValue(parsing: text))
            } catch {
                throw MCPError(.invalidParams, "params.inputResponses.\(key).content.\(Self.field) is no JSON: \(error)")
            }
        case "decline", "cancel": return .decline
        case nil, .some:
            throw MCPError(.invalidParams, "params.inputResponses.\(key).action must be 'accept', 'decline' or 'cancel'")
        }
    }

    // MARK: - Schemas

    /// The schema of a flat object as a form has it; nil for any other.
    private static func flatObject(_ schema: JSONValue) -> JSONObject? {
        guard schema["type"] == "object", let properties = schema["properties"]?.object, !properties.isEmpty else { return nil }
        var fields = JSONObject()
        for property in properties.members {
            guard let field = primitive(property.value) else { return nil }
            fields[property.key] = .object(field)
        }
        var form: JSONObject = ["type": "object", "properties": .object(fields)]
        if let required = schema["required"]?.array { form["required"] = .array(required) }
        return form
    }

    /// The schema of a primitive value with what a form knows of it; nil for any other.
    private static func primitive(_ schema: JSONValue) -> JSONObject? {
        let texts: [String] = ["title", "description"]
        switch schema["type"]?.string {
        case "string":
            let choices = schema["enum"]?.array
            if let choices, !choices.allSatisfy({ $0.string != nil }) { return nil }
            var field = keeping(["type", "enum", "oneOf"] + texts, of: schema)
            if let initial = schema["default"], initial.string != nil { field["default"] = initial }
            for key in ["minLength", "maxLength"] { field[key] = schema[key].flatMap { $0.int == nil ? nil : $0 } }
            if let format = schema["format"]?.string, ["date", "date-time", "email", "uri"].contains(format) {
                field["format"] = .string(format)
            }
            return field
        case "number", "integer":
            // A form cannot show a choice of numbers.
            return schema["enum"] == nil ? keeping(["type", "minimum", "maximum", "default"] + texts, of: schema) : nil
        case "boolean": return keeping(["type", "default"] + texts, of: schema)
        case "array":
            guard schema["items"]?["type"] == "string", schema["items"]?["enum"]?.array != nil else { return nil }
            return keeping(["type", "items", "minItems", "maxItems"] + texts, of: schema)
        case nil, .some: return nil
        }
    }

    private static func keeping(_ keys: [String], of schema: JSONValue) -> JSONObject {
        var kept = JSONObject()
        for key in keys { kept[key] = schema[key] }
        return kept
    }
}
