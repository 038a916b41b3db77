public import LegworkCore
public import LegworkEventLoop

/// The tool `run_command`: runs a program or a shell line, with its output written down as it comes.
///
/// Cancelling it ends everything the command has started, SIGTERM first and SIGKILL after the grace. A command that ends by itself may
/// leave processes behind (`server &`); they are left alone.
///
/// Every command finds `LEGWORK_COMMAND=<task id>.<attempt>.<random number>` in its environment, also when the call gives the whole
/// environment: by it a process that has left the command's session is recognised when the command is cancelled.
public struct RunCommandTool: Tool {
    /// The tool's name.
    public static let name = "run_command"

    /// Name, schema and policies.
    public let descriptor: ToolDescriptor
    /// What this machine does not allow, in sentences for the log; empty when everything works.
    public let limitations: [String]
    private let configuration: RunCommandConfiguration
    private let launcher: any CommandLauncher

    /// Makes the tool.
    ///
    /// - Parameters:
    ///   - loop: moves the commands' input and output. Output is written down on its thread, so a loop that serves others too suffers
    ///     when the output's disk is slow. It must not stop before the last command has ended.
    ///   - configuration: how the tool behaves.
    public init(loop: EventLoop, configuration: RunCommandConfiguration = RunCommandConfiguration()) {
        self.init(configuration: configuration, launcher: LocalCommandLauncher(loop: loop, configuration: configuration))
    }

    /// Makes the tool with another way of starting commands.
    package init(configuration: RunCommandConfiguration, launcher: any CommandLauncher) {
        self.configuration = configuration
        self.launcher = launcher
        descriptor = Self.describe(configuration)
        limitations = Self.prepareProcess(configuration)
    }

    private static func prepareProcess(_ configuration: RunCommandConfiguration) -> [String] {
        guard configuration.adoptsOrphans else { return [] }
        do {
            try ProcessFamily.adoptOrphans()
            return []
        } catch {
            return [
                "this process may not become a subreaper (\(error.message)): processes that leave their command's session and lose "
                    + "their parent are found, when the command is cancelled, only by \(CommandMarker.variable) in their environment"
            ]
        }
    }

    /// Refuses a command that cannot be started: a directory or program that does not exist, or arguments that are too large.
    ///
    /// - Throws: ``CommandError``.
    public func prepare(_ arguments: JSONValue) throws {
        _ = try CommandRequest(arguments, configuration)
    }

    /// The command line as people read it, at most 200 bytes.
    public func title(for arguments: JSONValue) -> String {
        guard let line = try? CommandArguments(arguments).commandLine(allowsShell: true) else { return Self.name }
        return CommandLineText.title(line)
    }

    /// Runs the command.
    ///
    /// - Returns: the end of its output and how it ended; an error when that was not with exit code 0.
    /// - Throws: ``CommandError`` when it could not be started, `CancellationError` when it was cancelled and is gone.
    public func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        let request = try CommandRequest(arguments, configuration)
        try Task.checkCancellation()
        let output = try context.openOutput()
        let launch = CommandLaunch(
            request,
            marker: CommandMarker.value(task: context.taskID, attempt: context.attempt),
            output: output,
            onStatus: { context.status($0) }
        )
        let command = try await launcher.launch(launch)
        context.emit(
            "process \(command.processID) started",
            data: ["pid": .integer(Int64(command.processID)), "start_time": .integer(Int64(clamping: command.startTime))]
        )
        let exit = await withTaskCancellationHandler {
            await command.waitForExit()
        } onCancel: {
            command.stop(.cancelled, grace: configuration.cancelGrace)
        }
        if !exit.survivors.isEmpty { context.emit("could not be killed: \(exit.survivors.joined(separator: ", "))") }
        if exit.stopReason == .cancelled { throw CancellationError() }
        return CommandReport(request, exit, output).result
    }
}
