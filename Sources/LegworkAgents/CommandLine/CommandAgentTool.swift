package import LegworkCommands
public import LegworkCore
public import LegworkEventLoop

/// An agent that is a command-line program and tells of its work in JSON lines.
///
/// Its messages, tool calls and states become the task's timeline, its last message is the result, and all it writes is the raw output.
/// Cancelling it ends the program and everything it has started. A stopped task resumes the agent's session; the program is then asked to
/// go on, not given the prompt again.
public struct CommandAgentTool: Tool {
    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    private let configuration: CommandAgentConfiguration
    private let running: RunCommandConfiguration
    private let launcher: any CommandLauncher

    /// Makes the tool.
    ///
    /// - Parameters:
    ///   - configuration: which program, and what calls may ask of it.
    ///   - loop: moves the program's input and output, and reads its lines.
    public init(_ configuration: CommandAgentConfiguration, loop: EventLoop) {
        var running = RunCommandConfiguration(defaultDirectory: configuration.directory, cancelGrace: configuration.cancelGrace)
        running.allowsShell = false
        self.init(configuration, running: running, launcher: LocalCommandLauncher(loop: loop, configuration: running))
    }

    /// Makes the tool with another way of starting programs.
    package init(_ configuration: CommandAgentConfiguration, running: RunCommandConfiguration, launcher: any CommandLauncher) {
        self.configuration = configuration
        self.running = running
        self.launcher = launcher
        descriptor = Self.describe(configuration)
    }

    /// Refuses what is not granted, and what cannot be started: a folder or a program that is not there.
    ///
    /// - Throws: ``AgentError``, `CommandError`.
    public func prepare(_ arguments: JSONValue) throws {
        _ = try request(CommandAgentCall(arguments, configuration), secrets: [:])
    }

    /// The beginning of the prompt.
    public func title(for arguments: JSONValue) -> String { Self.title(of: arguments) ?? descriptor.name }

    /// The first line of a prompt, at most 200 bytes.
    static func title(of arguments: JSONValue) -> String? {
        let prompt = arguments["prompt"]?.string ?? ""
        let line = prompt.prefix(2000).split(whereSeparator: \.isNewline).first { $0.contains { !$0.isWhitespace } }
        return line.map { String($0).truncated(toBytes: 200) }
    }

    /// Runs the agent.
    ///
    /// - Returns: its last message; structured: `session_id`, `model`, `usage`, `cost_usd`, `turns`, `tool_calls`, `exit_code`, `output_path`
    ///   and more, what is known of them. An error when it failed by its own words or its program's.
    /// - Throws: ``AgentError`` and `CommandError` when it could not be started, `CancellationError` when it was cancelled and is gone.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        var call = try CommandAgentCall(arguments, configuration)
        if let session = context.checkpoint?["session_id"]?.string, context.attempt > 1 {
            call.session = session
            call.prompt = CommandAgentCall.resumption
        }
        var secrets: [String: String] = [:]
        for (name, reference) in configuration.secrets { secrets[name] = try reference.agentKey() }
        let request = try request(call, secrets: secrets)
        try Task.checkCancellation()
        let redactor = SecretRedactor(Array(secrets.values))
        let (sessions, heard) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(1))
        let reader = configuration.program.lines
        let output = AgentOutput(
            try context.openOutput(),
            reader,
            lineLimit: configuration.maximumLineBytes,
            context: context,
            redactor: redactor,
            onSession: { heard.yield($0) }
        )
        let launch = CommandLaunch(request, marker: CommandMarker.value(task: context.taskID, attempt: context.attempt), output: output)
        let command = try await launcher.launch(launch)
        context.emit(
            "process \(command.processID) started",
            data: ["pid": .integer(Int64(command.processID)), "start_time": .integer(Int64(clamping: command.startTime))]
        )
        // Saved as soon as it is known, so that whatever happens next, the work can be taken up.
        async let saving: Void = {
            for await session in sessions { try? await context.save(checkpoint: ["session_id": .string(session)]) }
        }()
        let exit = await withTaskCancellationHandler {
            await command.waitForExit()
        } onCancel: {
            command.stop(.cancelled, grace: configuration.cancelGrace)
        }
        let summary = output.finish()
        heard.finish()
        await saving
        if !exit.survivors.isEmpty { context.emit("could not be killed: \(exit.survivors.joined(separator: ", "))") }
        if exit.stopReason == .cancelled { throw CancellationError() }
        return CommandAgentReport(
            name: descriptor.name,
            summary: summary,
            exit: exit,
            outputPath: output.location,
            saysWhenItEnds: reader.saysWhenItEnds,
            timeout: call.timeout,
            redactor: redactor
        ).result
    }

    private func request(_ call: CommandAgentCall, secrets: [String: String]) throws -> CommandRequest {
        let line = try CommandAgentLine(call, configuration)
        var variables = JSONObject()
        for (name, value) in configuration.environment.merging(secrets, uniquingKeysWith: { $1 }) { variables[name] = .string(value) }
        var arguments: JSONObject = ["argv": .array(line.argv.map(JSONValue.string)), "extra_env": .object(variables), "tail_bytes": 0]
        arguments["cwd"] = call.directory.map(JSONValue.string)
        arguments["stdin"] = line.input.map(JSONValue.string)
        arguments["timeout"] = call.timeout.map { JSONValue($0.seconds) }
        return try CommandRequest(.object(arguments), running)
    }
}
