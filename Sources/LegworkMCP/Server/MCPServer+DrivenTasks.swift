import Legwork
import LegworkCore

// Tasks that a client drives itself (2025-11-25, basic/utilities/tasks).
extension MCPServer {
    /// The most tasks on one page of a list.
    private static let tasksPerPage = 100

    /// Does what a client asks of a task.
    func perform(
        _ driven: MCPDrivenTaskRequest,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer {
        let (exchange, scope) = (request.exchange, request.caller.scope)
        switch driven {
        case .get(let id): return exchange.driven(try await manager.task(Self.id(id), in: scope), now: clock.now)
        case .list(let cursor):
            var query = TaskQuery(in: scope, limit: Self.tasksPerPage)
            if let cursor {
                guard let place = TaskCursor(cursor) else {
                    throw MCPError(.invalidParams, "the cursor is none of ours; leave it out to begin at the beginning")
                }
                query.cursor = place
            }
            return exchange.driven(try await manager.tasks(query), now: clock.now)
        case .cancel(let text):
            let id = try Self.id(text)
            let before = try await manager.task(id, in: scope)
            guard !before.status.isTerminal else { throw MCPExchange.cannotCancel(before) }
            let (disposition, record) = try await manager.cancel(id, in: scope)
            if disposition == .alreadyFinished { throw MCPExchange.cannotCancel(record) }
            // A tool that does not stop is abandoned after its grace, so this ends.
            return exchange.driven(try await manager.follow(id, in: scope) { $0.status.isTerminal }, now: clock.now)
        case .result(let id): return try await result(of: Self.id(id), request, notify)
        }
    }

    /// Waits for the end of a task. Meanwhile the client is asked what the task asks.
    private func result(
        of id: TaskID,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> MCPAnswer {
        let (exchange, scope) = (request.exchange, request.caller.scope)
        // What the client let pass is not asked of it again; others may still answer.
        var passed: Set<String> = []
        while true {
            var askable: [MCPQuestion] = []
            let record = try await manager.follow(id, in: scope) { record in
                askable = record.inputs.filter { $0.state == .awaited && !passed.contains($0.key) }.map(MCPQuestion.init)
                    .filter(exchange.abilities.canAnswer)
                switch record.status {
                case .queued, .running: return false
                case .inputRequired: return !askable.isEmpty
                case .stopped, .completed, .failed, .cancelled: return true
                }
            }
            guard record.status == .inputRequired else {
                await manager.noteReading([record], in: scope, session: request.caller.session)
                return exchange.drivenResult(record)
            }
            if try await !put(askable, of: id, isRelated: true, request, notify) { passed.formUnion(askable.map(\.key)) }
        }
    }

    /// Tells the client of a task's status and progress from now on, until it has ended.
    func follow(_ record: TaskRecord, for request: MCPOpenRequest) {
        let (peer, scope, clock) = (request.peer, request.caller.scope, clock)
        let progress = request.exchange.progressToken.map { token in
            MCPProgressReporter(token: token, clock: clock) { peer.announce($0) }
        }
        peer.follow(record.id) { [manager] in
            var told = MCPDrivenTaskState(record, now: clock.now).status
            var reported: ToolReport?
            _ = try? await manager.follow(record.id, in: scope) { record in
                let report = ToolReport(progress: record.progress, message: record.statusMessage)
                if report != reported, !record.status.isTerminal {
                    reported = report
                    progress?.report(report)
                }
                let status = MCPDrivenTaskState(record, now: clock.now).status
                if status != told {
                    told = status
                    // Progress ends before its task does.
                    if record.status.isTerminal { progress?.end() }
                    peer.announce(MCPExchange.statusNotification(record, now: clock.now))
                }
                return record.status.isTerminal
            }
        }
    }
}
