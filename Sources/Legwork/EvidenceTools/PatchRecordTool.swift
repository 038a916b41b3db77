import LegworkCore

/// `pr_attempt_record`: keeps the changes of a working tree as a patch.
struct PatchRecordTool: Tool {
    let descriptor: ToolDescriptor
    private let desk: EvidenceDesk
    private let git: GitWorkingTree

    init(_ desk: EvidenceDesk, _ git: GitWorkingTree) {
        self.desk = desk
        self.git = git
        descriptor = ToolDescriptor(
            name: "pr_attempt_record",
            title: "Record patch attempt",
            description: """
                Record what the working tree has that its last commit has not, new files included, as one attempt at a change: a patch, \
                kept as an artifact of the task. The working tree and its index stay as they are. Use it before trying something else, \
                and when the change is done.
                """,
            inputSchema: TaskDesk.schema(
                [
                    "summary": ["type": "string", "minLength": 1, "description": "What the attempt is about."],
                    "attempt_group_id": ["type": "string", "minLength": 1, "maxLength": 100, "description": "What belongs together."],
                    "attempt_index": ["type": "integer", "minimum": 1], "attempt_count": ["type": "integer", "minimum": 1],
                    "verification": ["type": "array", "maxItems": 20, "items": ["type": "string"]], "cwd": EvidenceDesk.directory,
                    "task_id": EvidenceDesk.taskID,
                ],
                required: ["summary"]
            ),
            annotations: EvidenceDesk.records,
            durability: .eager,
            cancelGrace: git.cancelGrace + .seconds(1)
        )
    }

    func call(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        try await desk.answer(arguments, context) { manager, record in
            guard let folder = manager.engine.artifacts else {
                throw TaskManagerError(.noOutput, "this manager keeps no artifacts; set 'outputFolder' in its configuration")
            }
            let scratch = "\(folder.path)/.\(TaskID.random())"
            let directory = EvidenceDesk.directory(arguments, record)
            let change = try await git.change(in: directory, scratch: scratch, context)
            guard !change.patch.isEmpty else {
                throw TaskManagerError(.invalidArgument, "No working-tree diff to record as an attempt.")
            }
            let group = arguments["attempt_group_id"]?.string ?? "group_" + record.id.description.suffix(8)
            let index = arguments["attempt_index"]?.int ?? (record.evidence.attempts.count { $0.group == group }) + 1
            let patch = ArtifactHold.Draft(label: "attempt-\(index)", ending: "patch", bytes: change.patch)
            var attempt = PatchAttempt(
                id: "attempt_" + EvidenceID.make(),
                group: group,
                index: index,
                count: arguments["attempt_count"]?.int ?? index,
                summary: arguments["summary"]?.string ?? "",
                changedFiles: change.files,
                patchPath: try await manager.engine.write(patch, of: record.id),
                verification: arguments["verification"]?.array?.compactMap(\.string) ?? [],
                recordedAt: manager.engine.clock.now
            )
            (attempt.baseRef, attempt.baseSHA) = (change.branch, change.commit)
            (attempt.headRef, attempt.headSHA) = (change.branch, change.commit)
            try await manager.record(.attempt(attempt), of: record.id, in: context.caller.scope)
            return .text(
                "\(EvidenceUpdate.attempt(attempt).summary): \(change.files.count) file(s), \(change.patch.count) bytes (\(attempt.id))",
                structured: attempt.json
            )
        }
    }
}
