import LegworkCore

/// Tools that ask before they answer, in each of the ways in which a client of 2026-07-28 is asked.
enum InputFixtures {
    static let tools: [any Tool] = [
        tool("elicitation", "Ask the user for a name, and greet.") { context in
            let reply = try await context.ask(.elicitation(form("What is your name?", "name")), key: "user_name")
            return .text("Hello, \(reply["content"]?["name"]?.string ?? "stranger")!")
        },
        tool("sampling", "Ask the client's model for a capital.") { context in
            let params = AskingFixtures.sampling("What is the capital of France?", maximumTokens: 100)
            let reply = try await context.ask(.sampling(params), key: "capital_question")
            return .text(reply["content"]?["text"]?.string ?? "The model said nothing.")
        },
        tool("list_roots", "Ask for the client's roots.") { context in
            let reply = try await context.ask(.roots, key: "client_roots")
            return .text("Roots: \(reply["roots"]?.array?.compactMap { $0["uri"]?.string }.joined(separator: ", ") ?? "")")
        },
        tool("request_state", "Ask for a yes.") { context in try await confirmation(context, "state-ok") },
        tool("multiple_inputs", "Ask the user, the client's model and the client itself, all at once.") { context in
            let replies = try await context.ask([
                ToolQuestion(.elicitation(form("What is your name?", "name")), key: "user_name"),
                ToolQuestion(.sampling(AskingFixtures.sampling("Generate a greeting", maximumTokens: 50)), key: "greeting"),
                ToolQuestion(.roots, key: "client_roots"),
            ])
            return .text("\(replies.count(where: { $0.answer != nil })) of \(replies.count) were answered")
        },
        tool("multi_round", "Ask twice, one thing after the other.") { context in
            let name = try await context.ask(.elicitation(form("Step 1: What is your name?", "name")), key: "step1")
            let color = try await context.ask(.elicitation(form("Step 2: What is your favorite color?", "color")), key: "step2")
            return .text("\(name["content"]?["name"]?.string ?? "") likes \(color["content"]?["color"]?.string ?? "")")
        },
        tool("tampered_state", "Ask for a yes, with a state that a client cannot change.") { context in
            try await confirmation(context, "integrity-ok")
        },
        tool("capabilities", "Ask whoever can be asked, the user or the client's model.") { context in
            let replies = try await context.ask([
                ToolQuestion(.elicitation(form("Which value?", "value")), key: "elicit_input"),
                ToolQuestion(.sampling(AskingFixtures.sampling("Sample request", maximumTokens: 50)), key: "sample_input"),
            ])
            return .text("received \(replies.filter { $0.answer != nil }.map(\.key).joined(separator: ", "))")
        },
    ]

    /// What a client is asked while it waits is asked of it before the call becomes a task.
    private static func tool(
        _ name: String,
        _ description: String,
        _ body: @escaping @Sendable (ToolContext) async throws -> ToolResult
    ) -> any Tool {
        let descriptor = ToolDescriptor(name: "test_input_required_result_\(name)", description: description, asksFirst: true)
        return ClosureTool(descriptor) { _, context in try await body(context) }
    }

    private static func confirmation(_ context: ToolContext, _ word: String) async throws -> ToolResult {
        let form: JSONValue = ["type": "object", "properties": ["ok": ["type": "boolean"]], "required": ["ok"]]
        let reply = try await context.ask(.elicitation(AskingFixtures.elicitation("Please confirm", form)), key: "confirm")
        return .text("\(word): \(reply["content"]?["ok"] == true ? "yes" : "no")")
    }

    /// A form of one text.
    static func form(_ message: String, _ field: String) -> JSONObject {
        AskingFixtures.elicitation(
            message,
            ["type": "object", "properties": [field: ["type": "string"]], "required": [.string(field)]]
        )
    }
}
