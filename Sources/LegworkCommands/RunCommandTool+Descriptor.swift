import LegworkCore

extension RunCommandTool {
    static func describe(_ configuration: RunCommandConfiguration) -> ToolDescriptor {
        ToolDescriptor(
            name: name,
            title: "Run command",
            description: description(allowsShell: configuration.allowsShell),
            inputSchema: inputSchema(configuration),
            outputSchema: outputSchema,
            annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true],
            background: .automatic(after: nil),
            durability: .eager,
            recovery: .stop,
            // A command that ignores SIGTERM dies at the end of its grace: time to see that it is gone, before the tool is given up.
            cancelGrace: configuration.cancelGrace + .seconds(1),
            // Many commands say nothing until they are done.
            limits: TaskLimits(idle: .zero),
            sensitiveArguments: ["env", "extra_env", "stdin"]
        )
    }

    private static func description(allowsShell: Bool) -> String {
        let how =
            allowsShell
            ? "Give either argv (a program and its arguments, taken literally) or shell (one line for sh: pipes, &&, redirections)."
            : "Give argv: a program and its arguments, taken literally. There is no shell: no pipes, globs or variables."
        return """
            Runs a command on the machine and returns the end of its output (standard output and standard error in one, in the order in \
            which they were written) and its exit code. \(how) There is no terminal and, unless stdin is given, nothing to read: use \
            options that ask no questions. A command that takes long goes on in the background as a task; cancelling that ends the \
            command and everything it has started. Processes that a finished command leaves behind go on running.
            """
    }

    private static func inputSchema(_ configuration: RunCommandConfiguration) -> JSONValue {
        let variables: JSONValue = ["type": "string"]
        var properties: JSONObject = [
            "argv": [
                "type": "array",
                "items": ["type": "string"],
                "minItems": 1,
                "maxItems": JSONValue(RunCommandConfiguration.maximumArguments),
                "description": """
                The program and its arguments, such as ["git", "log", "-n", "5"]. The program is looked up in PATH unless it contains \
                a slash. Nothing is expanded or interpreted.
                """,
            ]
        ]
        if configuration.allowsShell {
            properties["shell"] = [
                "type": "string",
                "minLength": 1,
                "description": .string("One line for \(configuration.shell) -c, such as \"make test 2>&1 | tail -n 50\". Instead of argv."),
            ]
        }
        let start = configuration.defaultDirectory.map { "'\($0)'" } ?? "the user's home directory"
        properties["cwd"] = [
            "type": "string",
            "description": .string("Where the command starts: the absolute path of an existing directory. Default: \(start)."),
        ]
        properties["env"] = [
            "type": "object",
            "additionalProperties": variables,
            "description":
                "The whole environment of the command. Default: that of this service. It replaces PATH too; mostly extra_env is meant.",
        ]
        properties["extra_env"] = [
            "type": "object",
            "additionalProperties": variables,
            "description": "Variables to add to the environment, or to replace in it.",
        ]
        properties["stdin"] = [
            "type": "string",
            "description": .string(
                "What the command reads from standard input, at most \(RunCommandConfiguration.maximumInputBytes >> 20) MiB. Default: nothing."
            ),
        ]
        let longest = RunCommandConfiguration.maximumTimeout.components.seconds
        properties["timeout"] = [
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": .integer(longest),
            "description": .string(
                "Seconds after which the command and everything it has started is ended, at most \(longest) (7 days). Default: no limit."
            ),
        ]
        properties["tail_bytes"] = [
            "type": "integer",
            "minimum": 0,
            "maximum": JSONValue(RunCommandConfiguration.maximumTailBytes),
            "description": .string(
                "How many bytes of the output's end the result shows; the whole output is kept beside it. Default: \(configuration.tailBytes)."
            ),
        ]
        var schema: JSONObject = ["type": "object", "properties": .object(properties), "additionalProperties": false]
        if !configuration.allowsShell { schema["required"] = ["argv"] }
        return .object(schema)
    }

    private static var outputSchema: JSONValue {
        func property(_ type: JSONValue, _ description: JSONValue) -> JSONValue { ["type": type, "description": description] }
        return [
            "type": "object",
            "properties": [
                "exit_code": property(["integer", "null"], "What the command returned; null when a signal ended it."),
                "signal": property(["string", "null"], "The signal that ended it, such as SIGKILL."),
                "signal_number": property("integer", "The same as a number; only when a signal ended it."),
                "timed_out": property("boolean", "Whether it was ended because it ran longer than timeout."),
                "duration_ms": property("integer", "How long it ran, in milliseconds."),
                "output_bytes": property("integer", "How many bytes it wrote."),
                "output": property("string", "The end of the output, as the text shows it."),
                "output_truncated": property("boolean", "Whether output was dropped because it was too much or could not be written."),
                "output_path": property("string", "The file with the whole output."),
                "output_error": property("string", "Why output could not be written; only then."),
                "drained": property("boolean", "False when a process left behind still holds the output open; what it writes is dropped."),
                "left_running": property("integer", "How many processes the command left running in its session; only when there are any."),
            ],
            "required": [
                "exit_code", "signal", "timed_out", "duration_ms", "output", "output_bytes", "output_truncated", "output_path", "drained",
            ],
        ]
    }
}
