import LegworkCore
import LegworkMCP

/// Prompts of each kind.
enum PromptFixtures {
    static let prompts = [
        MCPPrompt(name: "test_simple_prompt", title: "Simple prompt", description: "A prompt without arguments.") { _ in
            [.user("This is a simple prompt for testing.")]
        },
        MCPPrompt(
            name: "test_prompt_with_arguments",
            title: "Prompt with arguments",
            description: "A prompt with two arguments.",
            arguments: [argument("arg1", "First test argument"), argument("arg2", "Second test argument")]
        ) { request in
            let arguments = request.arguments
            return [.user("Prompt with arguments: arg1='\(arguments["arg1"] ?? "")', arg2='\(arguments["arg2"] ?? "")'")]
        },
        MCPPrompt(
            name: "test_prompt_with_embedded_resource",
            title: "Prompt with a resource",
            description: "A prompt that holds a resource.",
            arguments: [argument("resourceUri", "URI of the resource to embed")]
        ) { request in
            let uri = request.arguments["resourceUri"] ?? ""
            let resource = Samples.resourceBlock(uri, mimeType: "text/plain", text: "Embedded resource content for testing.")
            return [MCPPrompt.Message(.user, resource), .user("Please process the embedded resource above.")]
        },
        MCPPrompt(name: "test_prompt_with_image", title: "Prompt with a picture", description: "A prompt that holds a picture.") { _ in
            [MCPPrompt.Message(.user, Samples.pictureBlock), .user("Please analyze the image above.")]
        },
        MCPPrompt(
            name: "test_input_required_result_prompt",
            title: "Prompt that asks",
            description: "A prompt that wants to know something of the user first.",
            questions: [
                ToolQuestion(.elicitation(InputFixtures.form("What context should the prompt use?", "context")), key: "user_context")
            ]
        ) { request in
            [.user("Use this context: \(request.answers["user_context"]?["content"]?["context"]?.string ?? "none")")]
        },
    ]

    private static func argument(_ name: String, _ description: String) -> MCPPrompt.Argument {
        MCPPrompt.Argument(name, description: description, isRequired: true) { typed, _ in .matching(typed, in: ["test", "value"]) }
    }
}
