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
            let hold = try await manager.engine.openArtifacts(of: record.id)
            let directory = EvidenceDesk.directory(arguments, record)
            let change = try await git.change(in: directory, scratch: hold.scratch(), context)
            guard !change.patch.isEmpty else {
                throw TaskManagerError(.invalidArgument, "No working-tree diff to record as an attempt.")
            }
            let id = "attempt_" + EvidenceID.make()
            let path = try await manager.engine.write(.init(label: id, ending: "patch", bytes: change.patch), to: hold)
            let now = manager.engine.clock.now
            var attempt = Self.attempt(id, arguments, change, path, of: record, at: now)
            _ = try await manager.record(of: record.id, in: context.caller.scope) { record in
                // Which of its group it is, the record as it is now says.
                attempt = Self.attempt(id, arguments, change, path, of: record, at: now)
                return [.attempt(attempt)]
            }
            return .text(
                "\(EvidenceUpdate.attempt(attempt).summary): \(change.files.count) file(s), \(change.patch.count) bytes (\(attempt.id))",
                structured: attempt.json
            )
        }
    }

    private static func attempt(
        _ id: String,
        _ arguments: JSONValue,
        _ change: GitWorkingTree.Change,
        _ path: String,
        of record: TaskRecord,
        at now: Timestamp
    ) -> PatchAttempt {
        let group = arguments["attempt_group_id"]?.string ?? "group_" + record.id.description.suffix(8)
        let last = record.evidence.attempts.filter { $0.group == group }.map(\.index).max() ?? 0
        let index = arguments["attempt_index"]?.int ?? last + 1
        var attempt = PatchAttempt(
            id: id,
            group: group,
            index: index,
            count: arguments["attempt_count"]?.int ?? index,
            summary: arguments["summary"]?.string ?? "",
            changedFiles: change.files,
            patchPath: path,
            verification: arguments["verification"]?.array?.compactMap(\.string) ?? [],
            recordedAt: now
        )
        (attempt.baseRef, attempt.baseSHA) = (change.branch, change.commit)
        (attempt.headRef, attempt.headSHA) = (change.branch, change.commit)
        return attempt
    }
}
