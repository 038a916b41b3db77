import LegworkCore

/// Tools that end in each of the ways in which a task can.
enum TaskFixtures {
    /// Those whose calls become tasks at once, for clients that take tasks, however quick they are.
    static let tasksAtOnce: Set<String> = ["slow_compute", "protocol_error_job", "confirm_delete", "multi_input"]

    static func tools() throws(ToolError) -> [any Tool] {
        [try greet(), try slowCompute(), failingJob, protocolErrorJob, try confirmDelete(), multiInput, toolWithTask]
    }

    // MARK: - With typed arguments

    private struct Greeting: Decodable, Sendable {
        var name: String
    }

    /// The simplest tool: its arguments are a type, from which the schema is derived.
    private static func greet() throws(ToolError) -> any Tool {
        let descriptor = ToolDescriptor(name: "greet", title: "Greet", description: "Greet somebody by name.", background: .never)
        return try TypedTool(descriptor, arguments: Greeting.self) { arguments, _ in .text("Hello, \(arguments.name)!") }
    }

    private struct Computation: Decodable, Sendable {
        var seconds: Double
        var label: String?
    }

    /// A tool that takes its time, says how far it has come, and stops soon when it is asked to.
    private static func slowCompute() throws(ToolError) -> any Tool {
        let descriptor = ToolDescriptor(
            name: "slow_compute",
            title: "Slow computation",
            description: "Compute for some seconds, at most an hour, and give back the label.",
            recovery: .restart
        )
        return try TypedTool(descriptor, arguments: Computation.self) { arguments, context in
            guard (0...3600).contains(arguments.seconds) else { throw ToolError(.invalidArguments, "seconds must be 0 to 3600") }
            var left = Duration.seconds(arguments.seconds)
            while left > .zero {
                context.progress(arguments.seconds - left.seconds, of: arguments.seconds, "computing")
                let step = min(left, .seconds(1))
                // Throws when the call is cancelled.
                try await Task.sleep(for: step)
                left -= step
            }
            let label = arguments.label ?? "computation"
            return .text("\(label) took \(JSONValue(arguments.seconds).json()) s", structured: ["label": .string(label)])
        }
    }

    private struct Deletion: Decodable, Sendable {
        var filename: String
    }

    /// A tool that asks before it does something. Nothing is deleted.
    private static func confirmDelete() throws(ToolError) -> any Tool {
        let descriptor = ToolDescriptor(
            name: "confirm_delete",
            title: "Delete a file",
            description: "Pretend to delete a file, once somebody has said that it may go.",
            annotations: ["destructiveHint": true]
        )
        return try TypedTool(descriptor, arguments: Deletion.self) { arguments, context in
            let form: JSONValue = [
                "type": "object", "properties": ["confirm": ["type": "boolean", "title": "Delete it?"]], "required": ["confirm"],
            ]
            let answer = try await context.ask("Delete '\(arguments.filename)'?", schema: form, key: "confirm")
            return .text(answer["confirm"] == true ? "Deleted '\(arguments.filename)'." : "Kept '\(arguments.filename)'.")
        }
    }

    // MARK: - Without arguments

    /// A tool that fails at what it does: that is a result, which the model is to read. It can only be a task.
    private static let failingJob = ClosureTool(
        ToolDescriptor(
            name: "failing_job",
            title: "A job that fails",
            description: "Work for a second and fail.",
            background: .always,
            requires: [.tasks]
        )
    ) { _, _ in
        try await Task.sleep(for: .seconds(1))
        return .error("The job has failed, as it always does.")
    }

    /// A tool that stands for something which cannot be reached: that is no result at all.
    private static let protocolErrorJob = ClosureTool(
        ToolDescriptor(
            name: "protocol_error_job",
            title: "A job without a result",
            description: "Break down, so that there is no result but an error of the protocol."
        )
    ) { _, _ in
        throw ProtocolFault(message: "The server behind this job has gone away.", data: ["job": "protocol_error_job"])
    }

    /// A tool that asks two things at once.
    private static let multiInput = ClosureTool(
        ToolDescriptor(name: "multi_input", title: "Two questions", description: "Ask for a name and for a yes, and give both back.")
    ) { _, context in
        let name: JSONValue = ["type": "object", "properties": ["name": ["type": "string"]], "required": ["name"]]
        let confirmation: JSONValue = ["type": "object", "properties": ["confirm": ["type": "boolean"]], "required": ["confirm"]]
        let replies = try await context.ask([
            ToolQuestion("What is your name?", schema: name, key: "name"),
            ToolQuestion("Is that all?", schema: confirmation, key: "confirmation"),
        ])
        let answers = replies.map { $0.answer?.json() ?? "declined" }
        return .text("Answers: \(answers.joined(separator: ", "))")
    }

    /// A tool that asks its caller first, and then goes on as a task.
    private static let toolWithTask = ClosureTool(
        ToolDescriptor(
            name: "test_tool_with_task",
            title: "First a question, then a task",
            description: "Ask for a name, then work in the background and greet.",
            requires: [.tasks],
            asksFirst: true
        )
    ) { _, context in
        let form: JSONValue = ["type": "object", "properties": ["name": ["type": "string"]], "required": ["name"]]
        let answer = try await context.ask("What is your name?", schema: form, key: "user_name")
        try await Task.sleep(for: .milliseconds(200))
        return .text("Hello, \(answer["name"]?.string ?? "")! This was a task.")
    }
}
