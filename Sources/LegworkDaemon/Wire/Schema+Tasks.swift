import LegworkCore

// What tasks look like; beside `TaskRecord+Wire`, which writes it.
extension Schema {
    /// A task's id.
    static let taskID = text.described("A task's id.")

    private static let summaryMembers: Members = [
        "id": taskID, "tool": text, "title": text.described("One line for people."), "status": words(TaskStatus.self),
        "reason?": text.described("Why it has the status, such as `wall_limit`."), "name?": text, "owner": text, "parent?": taskID,
        "queue": text, "attempts": count, "cancel_requested?": flag,
        "status_message?": text.described("What the tool said last."), "progress?": object(["done": any, "total?": any]),
        "output_bytes?": count, "created_at": time, "started_at?": time, "updated_at": time, "finished_at?": time,
    ]

    private static let recordMembers: Members = [
        "arguments": any.described("What the tool was called with; sensitive members are hidden."), "result?": toolResult,
        "failure?": text.described("Why there is no result."), "checkpoint?": any,
        "questions?": array(of: object(["key": text, "message": text, "schema?": anyObject])).described(
            "What it asks and has no answer to."
        ),
        "redirects?": array(of: redirect).described("Where it is told what becomes of it."), "evidence?": evidence,
        "recovery": words(RecoveryPolicy.self), "not_before?": time, "waits_until?": time,
        "priority?": Schema(["type": "integer"]), "limit_key?": text, "deadline?": time, "attempts_allowed?": count, "pinned?": flag,
        "kept_until_read?": flag, "read_at?": time,
    ]

    /// A task as lists show it.
    static let taskSummary = named("TaskSummary", object(summaryMembers).described("A task as lists show it."))

    /// A task as it is shown alone.
    static let task = named("Task", object(summaryMembers, recordMembers).described("A task with all that is known of it."))

    /// `{"task"}`.
    static let taskReply = object(["task": task])

    /// A task that was asked for alone. One that came as a prompt is shown in the words of its clients as well.
    static let shownTask = named("ShownTask", object(["task": task], promptMembers))

    /// A task that was made of a prompt.
    static let promptTask = named("PromptTask", object(["task": task], promptMembers))

    private static let promptMembers: Members = [
        "schema_version?": integer(2...2), "id?": taskID, "prompt?": text, "model?": text, "workspace?": text, "mode?": text,
        "allow_shell?": flag, "trust_mode?": flag, "auto_approve?": flag,
        "status?": words(["queued", "running", "completed", "failed", "canceled"]), "created_at?": time, "started_at?": time,
        "ended_at?": time, "duration_ms?": count, "result_summary?": text, "error?": text, "checklist?": checklist,
        "gates?": array(of: gate), "attempts?": array(of: patchAttempt), "artifacts?": array(of: evidenceArtifact),
        "github_events?": array(of: githubEvent),
        "tool_calls?": array(
            of: object([
                "id": text, "name": text, "status": words(["running", "success", "failed", "canceled"]), "started_at": time,
                "ended_at?": time, "duration_ms?": count, "input_summary?": text, "output_summary?": text, "detail_path?": text,
            ])
        ),
        "timeline?": array(of: object(["timestamp": time, "kind": text, "summary": text, "detail_path?": text])),
    ]

    /// What a tool gave, as MCP writes it.
    static let toolResult = named(
        "ToolResult",
        object(["content": array(of: anyObject), "structuredContent?": any, "isError": flag, "_meta?": anyObject])
            .described("What a tool gave, in the form of MCP's CallToolResult.")
    )

    /// What a call came to.
    static let callReply = named(
        "CallOutcome",
        object(["status": words(["finished", "task"]), "result?": toolResult, "task?": task])
            .described("`finished` with the result, or `task` with the task that goes on.")
    )

    /// How many tasks there are, by status.
    static let counts = named(
        "TaskCounts",
        object([
            "queued": count, "running": count, "input_required": count, "stopped": count, "completed": count, "failed": count,
            "cancelled": count, "total": count,
        ])
    )

    /// An entry of a timeline.
    static let taskEvent = named(
        "TaskEvent",
        object(["sequence": count, "time": time, "kind": text, "text?": text, "data?": any]).described("An entry of a task's timeline.")
    )

    /// What became of the wish that tasks stop.
    static let cancelReceipts = object(["cancelled": array(of: object(["id": taskID, "disposition": words(CancelDisposition.words)]))])

    /// `{"deleted": 3}`.
    static let deletedCount = object(["deleted": count])
}

// MARK: - Evidence

extension Schema {
    static let evidence = named(
        "Evidence",
        object([
            "checklist?": checklist, "gates?": array(of: gate), "attempts?": array(of: patchAttempt),
            "artifacts?": array(of: evidenceArtifact), "github_events?": array(of: githubEvent),
        ]).described("What a task did, told by whoever did it.")
    )

    private static let checklist = named(
        "Checklist",
        object([
            "items": array(of: object(["id": count, "content": text, "status": text])), "completion_pct": any,
            "in_progress_id": any, "updated_at": time,
        ])
    )

    private static let gate = named(
        "Gate",
        object([
            "id": text, "gate": text, "command": text, "cwd": text, "exit_code": any, "status": text, "classification": text,
            "duration_ms": count, "summary": text, "log_path?": text, "recorded_at": time,
        ]).described("A command that was run to verify something.")
    )

    private static let patchAttempt = named(
        "PatchAttempt",
        object([
            "id": text, "attempt_group_id": text, "attempt_index": count, "attempt_count": count, "base_ref?": text, "base_sha?": text,
            "head_ref?": text, "head_sha?": text, "summary": text, "changed_files": array(of: text), "patch_path?": text,
            "verification": array(of: text), "selected": flag, "recorded_at": time,
        ])
    )

    private static let evidenceArtifact = named("Artifact", object(["label": text, "path": text, "summary": text, "created_at": time]))

    private static let githubEvent = named(
        "GitHubEvent",
        object(["id": text, "action": text, "target": text, "number": any, "summary": text, "url?": text, "recorded_at": time])
    )
}
