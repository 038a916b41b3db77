public import LegworkCore

/// The tools with which an agent shows what its work is worth: a checklist, verifications, patches, artifacts, and what it did on GitHub.
///
/// What they record belongs to the task that calls, or to the one that `task_id` names, and stands in its record (``TaskRecord/evidence``).
public enum EvidenceTools {
    /// The tools' names, in the order in which they are listed. Those that run commands are there only where there is a tool for that.
    public static let names = [
        "checklist_write", "checklist_add", "checklist_update", "checklist_list", "task_artifacts", "record_github_event", "run_gate",
        "pr_attempt_record", "pr_attempt_list", "pr_attempt_read", "pr_attempt_preflight",
    ]

    /// Makes the tools of a manager, which is held weakly.
    ///
    /// - Parameter runner: runs commands, with the arguments and the structured results of `run_command`.
    public static func all(for manager: TaskManager, runner: (any Tool)?) -> [any Tool] {
        let desk = EvidenceDesk(TaskDesk(manager))
        var tools: [any Tool] = ChecklistTool.Verb.allCases.map { ChecklistTool($0, desk) }
        tools += [TaskArtifactsTool(desk), RecordGitHubEventTool(desk)]
        if let runner {
            let git = GitWorkingTree(CommandRun(runner))
            tools += [RunGateTool(desk, CommandRun(runner)), PatchRecordTool(desk, git)]
            tools += [PatchListTool(desk), PatchReadTool(desk), PatchPreflightTool(desk, git)]
        }
        return tools
    }
}

extension TaskManager {
    /// Registers the tools for evidence, beside the tools that are there already.
    ///
    /// - Parameters:
    ///   - runner: the tool that runs commands; `run_command` unless said otherwise.
    ///   - withAliases: also under the names that another system gave some of them.
    /// - Throws: ``ToolError/Code/duplicateName`` when a tool has one of their names.
    public func registerEvidenceTools(runner: (any Tool)? = nil, withAliases: Bool = false) throws(ToolError) {
        let all = EvidenceTools.all(for: self, runner: runner ?? tools["run_command"]?.tool)
        for tool in all { try tools.register(tool) }
        guard withAliases else { return }
        for tool in all {
            let name = tool.descriptor.name
            if name.hasPrefix("checklist_") {
                try tools.register(CompanionAlias("todo_" + name.dropFirst("checklist_".count), of: tool))
            } else if name == "run_gate" {
                try tools.register(CompanionAlias("task_gate_run", of: tool))
            }
        }
    }
}
