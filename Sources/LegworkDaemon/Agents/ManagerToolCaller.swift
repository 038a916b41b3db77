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

    var handingOn: Set<String> { CompanionTools.namesThatHandOn }

    func tools(for caller: Caller) -> [ToolDescriptor] {
        weakManager?.tools.tools.map(\.descriptor) ?? []
    }

    func call(_ name: String, _ arguments: JSONValue, id: String, _ context: ToolContext) async throws -> ToolResult {
        let manager = try manager()
        var options = CallOptions()
        options.lineage.call = id
        if manager.tools[name]?.descriptor.recovery == .restart {
            // What goes on after a shutdown is what the agent then waits for again.
            options.decideWhenCallerLeaves = { [weak manager] in manager?.isShuttingDown == true ? .promote : .cancel }
        }
        switch try await manager.call(name, arguments, as: context.caller, options: options) {
        case .finished(let result): return result
        case .task(let task): return try await outcome(of: task.id, arguments, context, manager)
        }
    }

    func earlierResult(of id: String, _ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult? {
        guard let manager = weakManager else { return nil }
        var query = TaskQuery(in: context.caller.scope, parent: context.taskID, limit: TaskQuery.maximumLimit)
        while let page = try? await manager.tasks(query) {
            for child in page.tasks {
                guard let record = try? await manager.task(child.id, in: context.caller.scope), record.lineage.call == id else { continue }
                // It may go on by itself after a crash, as the agent does: then it must not be made a second time beside that.
                let result = try await outcome(of: record.id, arguments, context, manager)
                // How far one came that stands still, nobody knows.
                let status = try? await manager.task(child.id, in: context.caller.scope).status
                return status == .stopped ? nil : result
            }
            guard let next = page.next else { return nil }
            query.cursor = next
        }
        return nil
    }

    /// Waits for the end of a call that has become a task, unless the model wanted to go on without it.
    private func outcome(
        of id: TaskID,
        _ arguments: JSONValue,
        _ context: ToolContext,
        _ manager: TaskManager
    ) async throws -> ToolResult {
        if arguments["run_in_background"]?.bool == true { return .text("It runs as the task \(id); see check_task and await_task.") }
        do {
            try await manager.watch(id, in: context.caller.scope) { _ in true }
        } catch is CancellationError {
            let scope = context.caller.scope
            // Whoever ends the agent ends what it waits for, unless that goes on after a shutdown as the agent does.
            _ = try? await Task {
                if manager.isShuttingDown, try await manager.task(id, in: scope).recovery == .restart { return }
                try await manager.cancelTree(id, in: scope)
            }.value
            throw CancellationError()
        }
        return Self.result(of: try await manager.task(id, in: context.caller.scope))
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
