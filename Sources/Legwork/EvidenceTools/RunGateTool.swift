import LegworkCore

/// `run_gate`: runs a command as a verification, and records what came of it.
struct RunGateTool: Tool {
    private static let defaultTimeout = 120_000

    let descriptor: ToolDescriptor
    private let desk: EvidenceDesk
    private let commands: CommandRun

    init(_ desk: EvidenceDesk, _ commands: CommandRun) {
        self.desk = desk
        self.commands = commands
        descriptor = ToolDescriptor(
            name: "run_gate",
            title: "Run gate",
            description: """
                Run a command that verifies the work (a formatter, a build, a linter, the tests) and record as evidence of the task how it \
                ended: passed, failed or timeout, what kind of failure it is, and its whole log as an artifact. On a time-out the command \
                and all it has started are ended, and what it wrote until then is kept.
                """,
            inputSchema: TaskDesk.schema(
                [
                    "gate": ["type": "string", "minLength": 1, "maxLength": 100, "description": "fmt, check, clippy, test or custom."],
                    "command": ["type": "string", "minLength": 1, "description": "A line for the shell. Or give argv."],
                    "argv": ["type": "array", "items": ["type": "string"], "minItems": 1, "description": "A program and its arguments."],
                    "cwd": EvidenceDesk.directory,
                    "timeout_ms": [
                        "type": "integer", "minimum": 1000, "maximum": 600_000, "default": JSONValue(Self.defaultTimeout),
                        "description": "After how many milliseconds it is ended.",
                    ],
                    "task_id": EvidenceDesk.taskID,
                ],
                required: ["gate"]
            ),
            annotations: ["readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": true],
            durability: .eager,
            cancelGrace: commands.cancelGrace + .seconds(1)
        )
    }

    func prepare(_ arguments: JSONValue) throws {
        guard (arguments["command"] == nil) != (arguments["argv"] == nil) else {
            throw ToolError(.invalidArguments, "give either command or argv")
        }
        // Where the task has a workspace it is known only later.
        try commands.prepare(Self.command(arguments, in: arguments["cwd"]?.string))
    }

    func title(for arguments: JSONValue) -> String { "\(arguments["gate"]?.string ?? "gate"): \(Self.line(arguments))" }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answerAnyway(arguments, context) { manager, target in
            let directory = EvidenceDesk.directory(arguments, target)
            let start = manager.engine.clock.now
            var ending: CommandRun.Ending
            do {
                ending = try await commands.run(Self.command(arguments, in: directory), context, isShown: true)
            } catch {
                ending = CommandRun.Ending(
                    exitCode: nil,
                    isTimedOut: false,
                    duration: .zero,
                    output: Array("[spawn_error]\n\(error)\n".utf8),
                    outputBytes: 0
                )
            }
            let now = manager.engine.clock.now
            if ending.isCancelled { ending.duration = now - start }
            // It is recorded also when it was cancelled: the task it belongs to may go on.
            let (gate, isRecorded) = await keep(arguments, directory, ending, at: now, of: target, manager, context)
            if ending.isCancelled { throw CancellationError() }
            return ToolResult(
                content: [.text("Gate \(gate.gate) \(gate.status.rawValue) (\(gate.classification))\n\(gate.summary)")],
                structuredContent: ["gate": gate.json, "recorded": .bool(isRecorded)]
            )
        }
    }

    /// Makes the record of a run, and keeps it where there is a task for it. That it cannot be kept is no reason to lose it.
    ///
    /// - Returns: the record, and whether the task has it.
    private func keep(
        _ arguments: JSONValue,
        _ directory: String?,
        _ ending: CommandRun.Ending,
        at now: Timestamp,
        of target: TaskRecord?,
        _ manager: TaskManager,
        _ context: ToolContext
    ) async -> (gate: Gate, isRecorded: Bool) {
        let name = arguments["gate"]?.string ?? "custom"
        let status: Gate.Status =
            ending.isCancelled ? .cancelled : ending.isTimedOut ? .timeout : ending.exitCode == 0 ? .passed : .failed
        let text = ending.text
        let end = text.split(separator: "\n").isEmpty ? "(no output)" : text
        var gate = Gate(
            id: "gate_" + EvidenceID.make(),
            gate: name,
            command: Self.line(arguments),
            directory: directory ?? "",
            exitCode: ending.exitCode,
            status: status,
            classification: GateClassification(gate: name, status: status, exitCode: ending.exitCode, output: text).rawValue,
            duration: max(ending.duration, .zero),
            summary: end,
            recordedAt: now
        )
        guard let target else { return (gate, false) }
        do {
            var log = Array("$ \(gate.command)\n".utf8)
            if ending.outputBytes > ending.output.count {
                log += Array("[\(ending.outputBytes - ending.output.count) earlier bytes left out]\n".utf8)
            }
            log += ending.output
            gate.logPath = try await manager.engine.write(.init(label: "gate-\(name)", ending: "log", bytes: log), of: target.id)
        } catch {
            context.emit("the log of the gate cannot be kept: \(error)", data: ["kind": "error"])
        }
        do {
            try await manager.record(.gate(gate), of: target.id, in: context.caller.scope)
        } catch {
            context.emit("the gate cannot be recorded: \(error)", data: ["kind": "error"])
            return (gate, false)
        }
        return (gate, true)
    }

    private static func command(_ arguments: JSONValue, in directory: String?) -> JSONObject {
        var command = JSONObject()
        if let argv = arguments["argv"] { command["argv"] = argv } else { command["shell"] = arguments["command"] }
        command["cwd"] = directory.map(JSONValue.string)
        command["timeout"] = JSONValue(Double(arguments["timeout_ms"]?.int ?? defaultTimeout) / 1000)
        return command
    }

    private static func line(_ arguments: JSONValue) -> String {
        arguments["command"]?.string ?? arguments["argv"]?.array?.compactMap(\.string).joined(separator: " ") ?? ""
    }
}
