import LegworkCore

/// The OpenAPI 3.1 document of the API, made of its operations. Pure.
struct OpenAPIDocument: Sendable {
    let operations: [Operation]
    let version: String

    /// The document.
    var json: JSONValue {
        var paths = JSONObject()
        var schemas = Self.problem.components
        for operation in operations {
            var path = paths[operation.path]?.object ?? JSONObject()
            path[operation.method.lowercased()] = json(of: operation)
            paths[operation.path] = .object(path)
            for schema in Self.schemas(of: operation) {
                for member in schema.components.members { schemas[member.key] = member.value }
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Legwork", "version": .string(version),
                "summary": "Background tasks for AI agents.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(Operation.Subject.allCases.map { ["name": .string($0.rawValue)] }),
            "security": [["token": []]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "parameters": ["owner": Self.owner, "scope": Self.scope],
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
            ],
        ]
    }

    private static func schemas(of operation: Operation) -> [Schema] {
        var schemas = operation.body.map { [$0.schema] } ?? []
        for answer in operation.answers { if case .json(let schema) = answer.content { schemas.append(schema) } }
        return schemas
    }

    private func json(of operation: Operation) -> JSONValue {
        var object: JSONObject = [
            "operationId": .string(operation.name), "tags": [.string(operation.subject.rawValue)], "summary": .string(operation.summary),
        ]
        object["description"] = operation.details.map(JSONValue.string)
        if let right = operation.right { object["x-right"] = .string(right.rawValue) } else { object["security"] = [] }
        object["parameters"] = .array(parameters(of: operation))
        if let body = operation.body {
            object["requestBody"] = [
                "required": .bool(body.isRequired), "content": ["application/json": ["schema": body.schema.json]],
            ]
        }
        if let form = operation.form {
            object["requestBody"] = ["content": ["application/x-www-form-urlencoded": ["schema": form.json]]]
        }
        object["responses"] = .object(responses(of: operation))
        return .object(object)
    }

    private func parameters(of operation: Operation) -> [JSONValue] {
        var parameters = operation.pathParameters.map(Self.pathParameter)
        parameters += operation.query.map(\.openAPI)
        parameters += operation.headers.map { header in
            ["name": .string(header.rawValue), "in": "header", "description": .string(header.description), "schema": header.schema]
        }
        parameters += [["$ref": "#/components/parameters/owner"], ["$ref": "#/components/parameters/scope"]]
        return parameters
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        let text =
            switch name {
            case "task": "An id, the first four or more characters of one, or a name."
            case "schedule": "An id or a name."
            case "token": "What the link has."
            default: "Its name."
            }
        let length =
            switch name {
            case "token": AnswerSeal.maximumBytes
            case "channel": Redirect.maximumNameBytes
            default: 200
            }
        return [
            "name": .string(name), "in": "path", "required": true, "description": .string(text),
            "schema": [
                "type": "string", "minLength": 1, "maxLength": JSONValue(length), "pattern": .string(#"^[^\u0000-\u001f\u007f/]+$"#),
            ],
        ]
    }

    private func responses(of operation: Operation) -> JSONObject {
        var responses = JSONObject()
        for answer in operation.answers { responses["\(answer.status)"] = answer.openAPI }
        var listed: Set<String> = []
        for status in Set(operation.faults.map(\.status)).sorted() {
            let faults = operation.faults.filter { $0.status == status && listed.insert("\(status) \($0.code)").inserted }
            responses["\(status)"] = [
                "description": .string(faults.map { "`\($0.code)`: \($0.description)" }.joined(separator: "\n")),
                "content": ["application/problem+json": ["schema": Self.problem.json]],
                "x-codes": .array(faults.map { .string($0.code) }),
            ]
        }
        return responses
    }

    /// What every fault looks like.
    private static let problem = Schema.named(
        "Problem",
        .object([
            "type": .text.described("`urn:legwork:problem:` and the code."), "title": .text.described("The code in words."),
            "status": .integer(400...599), "detail": .text.described("What is wrong and what to do."),
            "code": .text.described("A word for programs."),
            "violations?": .array(
                of: .object([
                    "pointer": .text.described("Where in the body, as a JSON pointer."), "detail": .text.described("What is wrong there."),
                ])
            ),
            "matches?": .array(of: .taskSummary),
        ]).described("A fault, in the form of RFC 9457.")
    )

    private static let owner: JSONValue = [
        "name": "Legwork-Owner", "in": "header", "description": "Whose tasks are meant; `local` when left out.",
        "schema": ["type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[!-~]([ -~]*[!-~])?$"],
    ]

    private static let scope: JSONValue = [
        "name": "Legwork-Scope", "in": "header", "description": "`operator` to see the tasks of all owners.",
        "schema": ["enum": ["owner", "operator"]],
    ]
}

extension Operation.Header {
    /// What it says.
    fileprivate var description: String {
        switch self {
        case .ifNoneMatch: "An ETag of an earlier answer: 304 when it is still right."
        case .ifMatch: "An ETag of an earlier answer: 412 when the task has changed since."
        case .lastEventID: "The id of the last event that a client got, to go on after it."
        case .range: "One range of bytes, such as `bytes=0-499` or `bytes=-500`."
        }
    }

    fileprivate var schema: JSONValue {
        switch self {
        // What is no tag or no range is passed over, as RFC 9110 has it.
        case .ifNoneMatch, .ifMatch, .range: ["type": "string"]
        case .lastEventID: ["type": "string", "pattern": "^[0-9]{0,15}$"]
        }
    }
}
