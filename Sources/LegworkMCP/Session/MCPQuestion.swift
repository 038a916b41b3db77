import Legwork
import LegworkCore

/// A question of a task as a client gets it: the request that its tool has for the client, or an elicitation in a form. A pure value.
///
/// A form is a flat object of primitive values (2026-07-28, client/elicitation). A question whose schema is such an object is its form; for any
/// other the form has the one field `answer`: with the question's schema when that is primitive, and else for text that is read as JSON.
struct MCPQuestion: Sendable, Hashable {
    private enum Form: Sendable, Hashable {
        /// There is none: the client fulfils a request, whose result is the answer.
        case request(ClientRequest)
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
        if let request = request.request {
            form = .request(request)
            return
        }
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

    /// What the client has to be able to do.
    var ability: ClientAbility {
        if case .request(let request) = form { request.ability } else { .elicitation }
    }

    /// Whether the user is sent to a URL.
    var isURL: Bool {
        if case .request(let request) = form { request.params["mode"] == "url" } else { false }
    }

    /// The request that the client is to fulfil.
    func json(in revision: MCPRevision) -> JSONValue {
        var params: JSONObject
        if case .request(let request) = form {
            params = request.params
        } else {
            params = ["mode": "form", "message": .string(request.message), "requestedSchema": .object(requestedSchema)]
        }
        // Forms were all there was, and had no name.
        if revision < .november2025, params["mode"] == "form" { params["mode"] = nil }
        return ["method": .string(ability.method ?? ""), "params": .object(params)]
    }

    private var requestedSchema: JSONObject {
        switch form {
        case .request: return JSONObject()
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
        if case .request(let request) = form { return .answer(try result(response, of: request.ability)) }
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

    /// The result of a request, which has to look like one.
    private func result(_ result: JSONValue, of ability: ClientAbility) throws(MCPError) -> JSONValue {
        switch ability {
        case .elicitation where ["accept", "decline", "cancel"].contains(result["action"]?.string):
            guard result["action"] == "accept", !isURL, result["content"]?.object == nil else { return result }
            throw MCPError(.invalidParams, "params.inputResponses.\(key).content must be an object")
        case .sampling where result["role"]?.string != nil && result["content"] != nil: return result
        case .roots where result["roots"]?.array != nil: return result
        case .elicitation:
            throw MCPError(.invalidParams, "params.inputResponses.\(key).action must be 'accept', 'decline' or 'cancel'")
        case .sampling: throw MCPError(.invalidParams, "params.inputResponses.\(key) must be a message: an object with role and content")
        case .roots, .tasks: throw MCPError(.invalidParams, "params.inputResponses.\(key).roots must be an array")
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
            var field = keeping(["type", "enum", "enumNames", "oneOf"] + texts, of: schema)
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
            let isUntitled = schema["items"]?["type"] == "string" && schema["items"]?["enum"]?.array != nil
            guard isUntitled || schema["items"]?["anyOf"]?.array?.allSatisfy({ $0["const"]?.string != nil }) == true else { return nil }
            return keeping(["type", "items", "minItems", "maxItems", "default"] + texts, of: schema)
        case nil, .some: return nil
        }
    }

    private static func keeping(_ keys: [String], of schema: JSONValue) -> JSONObject {
        var kept = JSONObject()
        for key in keys { kept[key] = schema[key] }
        return kept
    }
}
