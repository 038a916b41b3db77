import LegworkCore

/// `pr_attempt_list`: the attempts that a task has recorded.
struct PatchListTool: Tool {
    let descriptor = ToolDescriptor(
        name: "pr_attempt_list",
        title: "List patch attempts",
        description: "List the attempts at a change that the task has recorded, the oldest first.",
        inputSchema: TaskDesk.schema(["task_id": EvidenceDesk.taskID]),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: EvidenceDesk

    init(_ desk: EvidenceDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { _, record in
            let attempts = record.evidence.attempts
            let lines = attempts.map { "\($0.id)  \($0.index)/\($0.count) of \($0.group)  \($0.summary)" }
            return .text(
                attempts.isEmpty ? "The task has recorded no attempts." : lines.joined(separator: "\n"),
                structured: ["task_id": .string(record.id.description), "attempts": .array(attempts.map(\.json))]
            )
        }
    }
}

/// `pr_attempt_read`: one attempt with its patch.
struct PatchReadTool: Tool {
    private static let maximumPatch = 64 << 10

    let descriptor = ToolDescriptor(
        name: "pr_attempt_read",
        title: "Read patch attempt",
        description: "Read one attempt that the task has recorded, with the first 64 KiB of its patch; task_artifacts gives the rest.",
        inputSchema: TaskDesk.schema(
            ["attempt_id": ["type": "string", "minLength": 1, "maxLength": 100], "task_id": EvidenceDesk.taskID],
            required: ["attempt_id"]
        ),
        annotations: TaskDesk.looksOnly,
        background: .never
    )
    private let desk: EvidenceDesk

    init(_ desk: EvidenceDesk) { self.desk = desk }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            let attempt = try record.attempt(arguments["attempt_id"])
            var object: JSONObject = ["attempt": attempt.json]
            var text = attempt.summary
            if let path = attempt.patchPath {
                let chunk = try await manager.artifact(path, of: record.id, limit: Self.maximumPatch, in: context.caller.scope)
                let patch = chunk.text.text
                object["patch"] = .string(patch)
                object["patch_bytes"] = JSONValue(chunk.total)
                text += "\n\n" + patch
            }
            return .text(text, structured: .object(object))
        }
    }
}

/// `pr_attempt_preflight`: whether a patch would fit.
struct PatchPreflightTool: Tool {
    let descriptor: ToolDescriptor
    private let desk: EvidenceDesk
    private let git: GitWorkingTree

    init(_ desk: EvidenceDesk, _ git: GitWorkingTree) {
        self.desk = desk
        self.git = git
        descriptor = ToolDescriptor(
            name: "pr_attempt_preflight",
            title: "Check patch attempt",
            description: "See whether the patch of a recorded attempt would apply to the working tree as it is. Nothing is changed.",
            inputSchema: TaskDesk.schema(
                [
                    "attempt_id": ["type": "string", "minLength": 1, "maxLength": 100], "cwd": EvidenceDesk.directory,
                    "task_id": EvidenceDesk.taskID,
                ],
                required: ["attempt_id"]
            ),
            annotations: TaskDesk.looksOnly,
            cancelGrace: git.cancelGrace + .seconds(1)
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            let attempt = try record.attempt(arguments["attempt_id"])
            guard let name = attempt.patchPath, ArtifactName(name) != nil, let folder = manager.engine.artifacts,
                try folder.entries(of: record.id).contains(where: { $0.name.text == name })
            else { throw TaskManagerError(.invalidArgument, "Attempt has no patch artifact") }
            let path = "\(folder.folder(of: record.id))/\(name)"
            let ending = try await git.check(path, in: EvidenceDesk.directory(arguments, record), context)
            let output = EvidenceText.ending(ending.text)
            return .text(
                ending.exitCode == 0 ? "The patch would apply." : "The patch would not apply.\n\(output)",
                structured: [
                    "attempt_id": .string(attempt.id), "would_apply": .bool(ending.exitCode == 0),
                    "exit_code": ending.exitCode.map { JSONValue($0) } ?? .null, "output": .string(output), "mutated_worktree": false,
                ]
            )
        }
    }
}

extension TaskRecord {
    /// The attempt of an id.
    fileprivate func attempt(_ id: JSONValue?) throws(TaskManagerError) -> PatchAttempt {
        let id = id?.string ?? ""
        guard let attempt = evidence.attempts.first(where: { $0.id == id }) else {
            throw TaskManagerError(.notFound, "Attempt not found: \(id.truncated(toBytes: 100))")
        }
        return attempt
    }
}
