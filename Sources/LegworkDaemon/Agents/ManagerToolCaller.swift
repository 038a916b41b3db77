import Legwork
import LegworkAgents
import LegworkCore

/// Gives an agent the tools of the manager that runs it, with the rights of whoever called the agent.
///
/// Calls are children of the agent's task wherever they become tasks themselves, for the manager knows which task is being executed.
struct ManagerToolCaller: AgentToolCaller {
    // Weak, for the agent sits in the registry of the manager itself.
    private weak let weakManager: TaskManager?

    init(_ manager: TaskManager) { weakManager = manager }

    func tools(for caller: Caller) -> [ToolDescriptor] {
        weakManager?.tools.tools.map(\.descriptor) ?? []
    }

    func call(_ name: String, _ arguments: JSONValue, id: String, _ context: ToolContext) async throws -> ToolResult {
        let manager = try manager()
        var options = CallOptions()
        options.lineage.call = id
        let record: TaskRecord
        switch try await manager.call(name, arguments, as: context.caller, options: options) {
        case .finished(let result): return result
        case .task(let task): record = task
        }
        // The model wanted to go on without it.
        if arguments["run_in_background"]?.bool == true { return .text("It runs as the task \(record.id); see check_task and await_task.") }
        do {
            try await manager.watch(record.id, in: context.caller.scope) { _ in true }
        } catch is CancellationError {
            // Whoever ends the agent ends what it waits for.
            _ = try? await Task { try await manager.cancelTree(record.id, in: context.caller.scope) }.value
            throw CancellationError()
        }
        return Self.result(of: try await manager.task(record.id, in: context.caller.scope))
    }

    func earlierResult(of id: String, _ context: ToolContext) async -> ToolResult? {
        guard let manager = weakManager else { return nil }
        let query = TaskQuery(in: context.caller.scope, parent: context.taskID, limit: TaskQuery.maximumLimit)
        guard let children = try? await manager.tasks(query).tasks else { return nil }
        for child in children where child.status.isTerminal {
            guard let record = try? await manager.task(child.id, in: context.caller.scope), record.lineage.call == id else { continue }
            return Self.result(of: record)
        }
        return nil
    }

    private func manager() throws -> TaskManager {
        guard let manager = weakManager else { throw TaskManagerError(.shuttingDown, "the task manager is shutting down") }
        return manager
    }

    private static func result(of record: TaskRecord) -> ToolResult {
        if let result = record.result { return result }
        switch record.status {
        case .inputRequired: return .error("the task \(record.id) asks something and waits; see check_task and answer_task")
        case .stopped: return .error("the task \(record.id) has stopped; resume_task lets it go on")
        case .cancelled: return .error("the task \(record.id) was cancelled; what it had done until then stays done")
        case .queued, .running, .completed, .failed:
            return .error("the task \(record.id) is \(record.status)\(record.failure.map { ": \($0)" } ?? "")")
        }
    }
}
