import LegworkCommands
import LegworkCore

extension CommandAgentTool {
    static func describe(_ configuration: CommandAgentConfiguration) -> ToolDescriptor {
        ToolDescriptor(
            name: configuration.name,
            title: configuration.program.title,
            description: configuration.description
                ?? """
                Gives a piece of work to \(configuration.program.title), an agent with tools of its own that works by itself in a folder. \
                Say in the prompt all that it has to know. It takes minutes: the call becomes a task, whose timeline shows what it does.
                """,
            inputSchema: inputSchema(configuration),
            annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true],
            background: .automatic(after: nil),
            durability: .eager,
            recovery: .stop,
            isResumable: true,
            // As for commands: time to see that it is gone.
            cancelGrace: configuration.cancelGrace + .seconds(1)
        )
    }

    private static func inputSchema(_ configuration: CommandAgentConfiguration) -> JSONValue {
        let granted = AgentPermission.allCases.filter { $0 <= configuration.maximumPermission }.map { JSONValue.string($0.rawValue) }
        let start = configuration.directory.map { "'\($0)'" } ?? "the user's home directory"
        let longest = RunCommandConfiguration.maximumTimeout.components.seconds
        return [
            "type": "object",
            "properties": [
                "prompt": [
                    "type": "string", "minLength": 1,
                    "description": .string("What it is to do, at most \(CommandAgentCall.maximumPromptBytes >> 20) MiB."),
                ],
                "model": ["type": "string", "description": .string("The model. Default: \(configuration.model ?? "its own choice").")],
                "cwd": [
                    "type": "string",
                    "description": .string("The folder it works in: the absolute path of an existing one. Default: \(start)."),
                ],
                "mode": [
                    "type": "string", "enum": ["agent", "plan"],
                    "description": "'plan' lets it look and make a plan, and change nothing. Default: 'agent'.",
                ],
                "permission": [
                    "type": "string", "enum": ["default", "edit", "auto"],
                    "description": .string(
                        "What it may do without anybody being asked: 'default' what it allows itself, 'edit' edit files in its folder, 'auto' "
                            + "everything. Granted here: \(JSONValue.array(granted)). Default: '\(configuration.permission.rawValue)'."
                    ),
                ],
                "auto_approve": ["type": "boolean", "description": "The same as permission 'auto'. Default: false, unless configured."],
                "session_id": ["type": "string", "description": "Goes on with an earlier session of this agent, instead of a new one."],
                "timeout": [
                    "type": "number", "exclusiveMinimum": 0, "maximum": .integer(longest),
                    "description": .string("Seconds after which it is ended, at most \(longest) (7 days)."),
                ],
            ],
            "required": ["prompt"],
            "additionalProperties": false,
        ]
    }
}
