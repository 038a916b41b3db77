import Legwork
import LegworkCore

// Calls of tools.
extension MCPServer {
    /// Calls a tool, or goes on with a call that was answered with questions.
    ///
    /// - Returns: the answer; nil when its sender has called it off in time.
    func call(
        _ call: MCPToolCall,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer? {
        let exchange = request.exchange
        let tool: ToolDescriptor
        do {
            tool = try manager.tools.tool(named: call.name).descriptor
        } catch {
            return exchange.refuse(error.message)
        }
        if let refusal = exchange.refusal(of: tool, call) { return refusal }
        let progress = exchange.progressToken.map { MCPProgressReporter(token: $0, clock: clock, notify: notify) }
        if let progress { heart.add(progress) }
        defer {
            if let progress {
                heart.remove(progress)
                progress.end()
            }
        }
        let attended = MCPAttendedCall(call, tool, request, progress, notify)
        do {
            if let state = call.requestState { return try await goOn(from: state, attended) }
            return try await begin(attended)
        } catch let error as ToolError where error.code == .unknownTool {
            return exchange.refuse(error.message)
        } catch let error as ToolError {
            // What a model did wrong it should read, and do better (2025-11-25 and 2026-07-28, server/tools).
            return exchange.complete(exchange.callResult(.error(error.message)))
        } catch let error as TaskManagerError where error.code != .shuttingDown {
            return exchange.complete(exchange.callResult(.error(error.message)))
        } catch is CancellationError where !request.isLeft {
            return exchange.complete(exchange.callResult(.error("The call of '\(call.name)' was cancelled while it ran.")))
        }
    }

    private func begin(_ attended: MCPAttendedCall) async throws -> MCPAnswer {
        let (call, tool, request) = (attended.call, attended.tool, attended.request)
        let exchange = request.exchange
        let asking = exchange.asking(of: tool)
        var options = CallOptions()
        options.window = self.options.window(for: tool, client: exchange.client)
        options.inBackground = call.wantsTask || (tool.requires.contains(.tasks) && asking == .not)
        options.decideWhenCallerLeaves = { request.whenCallerLeaves() }
        if exchange.takesTasks, self.options.tasksAtOnce.contains(tool.name) { options.inBackground = true }
        if let log = MCPLogReporter(exchange, tool.name, attended.notify) { options.onLog = { log.report($0) } }
        if let progress = attended.progress { options.onReport = { progress.report($0) } }
        options.onAsk = { request.noteAsking() }
        switch try await manager.call(call.name, call.arguments, as: caller(of: request), options: options) {
        case .finished(let result):
            return exchange.outcome(await reminded(.finished(result), request), now: clock.now)
        case .task(let record) where call.wantsTask:
            follow(record, for: request)
            return exchange.createdDriven(record, now: clock.now)
        case .task(let record):
            guard asking != .not, request.asks else { return exchange.outcome(.task(record), now: clock.now) }
            return try await attend(record.id, attended, supplied: call.inputResponses)
        }
    }
}

/// A call while its client waits for the answer.
struct MCPAttendedCall: Sendable {
    let call: MCPToolCall
    let tool: ToolDescriptor
    let request: MCPOpenRequest
    /// What the client hears of the call's progress.
    let progress: MCPProgressReporter?
    /// What carries messages that belong to the call.
    let notify: @Sendable (MCPNotification) -> Void

    init(
        _ call: MCPToolCall,
        _ tool: ToolDescriptor,
        _ request: MCPOpenRequest,
        _ progress: MCPProgressReporter?,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) {
        self.call = call
        self.tool = tool
        self.request = request
        self.progress = progress
        self.notify = notify
    }
}
