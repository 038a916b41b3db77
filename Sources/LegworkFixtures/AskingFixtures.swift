import LegworkCore

/// Tools that have the client ask its user or its model.
enum AskingFixtures {
    static let tools: [any Tool] = [
        askingModel, askingUser,
        form("test_elicitation_sep1034_defaults", "Ask with a form that is filled in already.", filledIn),
        form("test_elicitation_sep1330_enums", "Ask with a form of choices.", choices), needingModel, reportingFirst,
    ]

    private static let askingModel = ClosureTool(
        ToolDescriptor(
            name: "test_sampling",
            description: "Have the client's model answer a prompt.",
            inputSchema: [
                "type": "object",
                "properties": ["prompt": ["type": "string", "description": "What the model is to answer."]], "required": ["prompt"],
            ],
            requires: [.sampling]
        )
    ) { arguments, context in
        let result = try await context.ask(.sampling(sampling(arguments["prompt"]?.string ?? "", maximumTokens: 100)))
        return .text("LLM response: \(result["content"]?["text"]?.string ?? "none")")
    }

    private static let askingUser = ClosureTool(
        ToolDescriptor(
            name: "test_elicitation",
            description: "Ask the user for a name and an address.",
            inputSchema: [
                "type": "object", "properties": ["message": ["type": "string", "description": "What the user reads."]],
                "required": ["message"],
            ],
            requires: [.elicitation]
        )
    ) { arguments, context in
        let form: JSONValue = [
            "type": "object",
            "properties": [
                "username": ["type": "string", "description": "User's response"],
                "email": ["type": "string", "description": "User's email address"],
            ],
            "required": ["username", "email"],
        ]
        let result = try await context.ask(.elicitation(elicitation(arguments["message"]?.string ?? "", form)))
        return .text("User response: \(words(result))")
    }

    /// Refused to clients that do not offer what it needs.
    private static let needingModel = ClosureTool(
        ToolDescriptor(name: "test_missing_capability", description: "Have the client's model say something.", requires: [.sampling])
    ) { _, context in
        _ = try await context.ask(.sampling(sampling("Say something.", maximumTokens: 10)))
        return .text("The client's model has said something.")
    }

    private static let reportingFirst = ClosureTool(
        ToolDescriptor(name: "test_streaming_elicitation", description: "Report progress, then ask the user.", requires: [.elicitation])
    ) { _, context in
        context.progress(50, of: 100, "about to ask")
        let form: JSONValue = ["type": "object", "properties": ["answer": ["type": "string"]]]
        return .text("User response: \(words(try await context.ask(.elicitation(elicitation("Go on?", form)))))")
    }

    // MARK: - Forms

    /// A tool that shows a form and tells what came of it.
    private static func form(_ name: String, _ description: String, _ fields: JSONObject) -> any Tool {
        ClosureTool(ToolDescriptor(name: name, description: description, requires: [.elicitation])) { _, context in
            let form: JSONValue = ["type": "object", "properties": .object(fields), "required": []]
            let result = try await context.ask(.elicitation(elicitation("Please look through the form.", form)))
            return .text("Elicitation completed: \(words(result))")
        }
    }

    /// Fields of each type, with what they hold at first.
    private static let filledIn: JSONObject = [
        "name": ["type": "string", "description": "User name", "default": "John Doe"],
        "age": ["type": "integer", "description": "User age", "default": 30],
        "score": ["type": "number", "description": "User score", "default": 95.5],
        "status": ["type": "string", "description": "User status", "enum": ["active", "inactive", "pending"], "default": "active"],
        "verified": ["type": "boolean", "description": "Verification status", "default": true],
    ]

    /// A choice of each kind: of one or several, with titles or without, and as older clients know it.
    private static let choices: JSONObject = [
        "untitledSingle": ["type": "string", "description": "Select one option", "enum": ["option1", "option2", "option3"]],
        "titledSingle": [
            "type": "string", "description": "Select one option with titles",
            "oneOf": [
                ["const": "value1", "title": "First Option"], ["const": "value2", "title": "Second Option"],
                ["const": "value3", "title": "Third Option"],
            ],
        ],
        "legacyEnum": [
            "type": "string", "description": "Select one option (legacy)", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        ],
        "untitledMulti": [
            "type": "array", "description": "Select multiple options", "minItems": 1, "maxItems": 3,
            "items": ["type": "string", "enum": ["option1", "option2", "option3"]],
        ],
        "titledMulti": [
            "type": "array", "description": "Select multiple options with titles", "minItems": 1, "maxItems": 3,
            "items": [
                "anyOf": [
                    ["const": "value1", "title": "First Choice"], ["const": "value2", "title": "Second Choice"],
                    ["const": "value3", "title": "Third Choice"],
                ]
            ],
        ],
    ]

    // MARK: - Requests to the client

    /// The parameters of a question to the user.
    static func elicitation(_ message: String, _ form: JSONValue) -> JSONObject {
        ["message": .string(message), "requestedSchema": form]
    }

    /// The parameters of a question to the model.
    static func sampling(_ prompt: String, maximumTokens: Int) -> JSONObject {
        [
            "messages": [["role": "user", "content": ["type": "text", "text": .string(prompt)]]],
            "maxTokens": JSONValue(maximumTokens),
        ]
    }

    /// What the user did with a form.
    private static func words(_ result: JSONValue) -> String {
        "action=\(result["action"]?.string ?? ""), content=\(result["content"]?.json() ?? "{}")"
    }
}
