import LegworkCore

/// Tools that return each kind of content at once.
enum ContentFixtures {
    static let tools: [any Tool] = [
        tool("test_simple_text", "Return a text.") { .text("This is a simple text response for testing.") },
        tool("test_image_content", "Return a picture.") { ToolResult(content: [Samples.pictureBlock]) },
        tool("test_audio_content", "Return a sound.") { ToolResult(content: [Samples.soundBlock]) },
        tool("test_embedded_resource", "Return a resource.") {
            ToolResult(content: [
                Samples.resourceBlock("test://embedded-resource", mimeType: "text/plain", text: "This is an embedded resource content.")
            ])
        },
        tool("test_multiple_content_types", "Return a text, a picture and a resource.") {
            ToolResult(content: [
                .text("Multiple content types test:"), Samples.pictureBlock,
                Samples.resourceBlock("test://mixed-content-resource", mimeType: "application/json", text: #"{"test":"data","value":123}"#),
            ])
        },
        tool("test_error_handling", "Fail.") { .error("This tool intentionally returns an error for testing") },
        schemaTool, headerTool,
    ]

    /// A tool without arguments that returns at once, and so is never a task.
    private static func tool(_ name: String, _ description: String, _ body: @escaping @Sendable () -> ToolResult) -> any Tool {
        ClosureTool(ToolDescriptor(name: name, description: description, background: .never)) { _, _ in body() }
    }

    /// A tool whose schema says more than which arguments there are.
    private static let schemaTool = ClosureTool(
        ToolDescriptor(
            name: "json_schema_2020_12_tool",
            description: "Take an address and a way to reach somebody, and give them back.",
            inputSchema: [
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                "$defs": [
                    "address": [
                        "$anchor": "addressDef", "type": "object",
                        "properties": ["street": ["type": "string"], "city": ["type": "string"]],
                    ]
                ],
                "properties": [
                    "name": ["type": "string"], "address": ["$ref": "#/$defs/address"],
                    "contactMethod": ["type": "string", "enum": ["phone", "email"]], "phone": ["type": "string"],
                    "email": ["type": "string"],
                ],
                "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
                "if": ["properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"]],
                "then": ["required": ["phone"]], "else": ["required": ["email"]], "additionalProperties": false,
            ],
            background: .never
        )
    ) { arguments, _ in .text("Taken: \(arguments.json())") }

    /// A tool with an argument that clients also send as a header, `Mcp-Param-Region`, so that a proxy can see it (2026-07-28, server/tools).
    private static let headerTool = ClosureTool(
        ToolDescriptor(
            name: "test_header_parameter",
            description: "Take a region, which goes in a header too, and give it back.",
            inputSchema: [
                "type": "object", "properties": ["region": ["type": "string", "x-mcp-header": "Region"]], "additionalProperties": false,
            ],
            background: .never
        )
    ) { arguments, _ in .text("region: \(arguments["region"]?.string ?? "none")") }
}
