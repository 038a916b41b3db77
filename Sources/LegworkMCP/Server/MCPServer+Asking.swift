import Legwork
import LegworkCore

// Calls that have become tasks because their tools ask, while their clients wait on.
extension MCPServer {
    /// How often a client is asked the same again, when what it answers does not fit.
    private static let maximumTries = 3

    /// Goes on with a call whose answer were questions, with what the client says to them (2026-07-28, basic/utilities/mrtr).
    func goOn(from sealed: String, _ attended: MCPAttendedCall) async throws -> MCPAnswer {
        let (call, request) = (attended.call, attended.request)
        let binding = MCPRequestState.Binding(owner: request.caller.owner, call: call)
        let state = try MCPRequestState(sealed, for: binding, with: options.seal, now: clock.now)
        try await answer(state.task, call.inputResponses, in: request.caller.scope)
        // Its process may have gone while the client's user thought.
        if try await manager.task(state.task, in: request.caller.scope).status == .stopped {
            try await manager.resume(state.task, in: request.caller.scope)
        }
        return try await attend(state.task, attended, supplied: JSONObject())
    }

    /// Waits for a call that has become a task, and has its client asked what its tool asks.
    ///
    /// - Parameter supplied: what the client said before it was asked.
    /// - Returns: the answer: the call's own, questions, or the task when the window passes or the client does not answer.
    func attend(_ id: TaskID, _ attended: MCPAttendedCall, supplied: JSONObject) async throws -> MCPAnswer {
        do {
            return try await attending(id, attended, supplied)
        } catch let error as CancellationError {
            let (request, scope) = (attended.request, attended.request.caller.scope)
            guard request.isLeft else { throw error }
            if request.whenCallerLeaves() == .cancel {
                // It is a task by now, but its caller knows nothing of that.
                _ = try? await manager.cancel(id, in: scope)
                throw error
            }
            // Whoever comes back finds the task; this Swift task, which is cancelled, cannot read it.
            let record = try await Task { [manager] in try await manager.task(id, in: scope) }.value
            return request.exchange.outcome(.task(record), now: clock.now)
        }
    }

    private func attending(_ id: TaskID, _ attended: MCPAttendedCall, _ supplied: JSONObject) async throws -> MCPAnswer {
        let (call, request) = (attended.call, attended.request)
        let (exchange, scope) = (request.exchange, request.caller.scope)
        var supplied = supplied
        var isAnswered = call.requestState != nil
        while true {
            // What can only be a task becomes one as soon as it has what it wanted first.
            let isTaskNow = isAnswered && attended.tool.requires.contains(.tasks) && exchange.takesTasks
            let record = try await settled(id, within: isTaskNow ? .zero : window(of: attended), in: scope)
            if isTaskNow { return exchange.outcome(.task(record), now: clock.now) }
            guard record.status == .inputRequired else {
                guard !record.status.isExecuting, record.status != .queued else { return exchange.outcome(.task(record), now: clock.now) }
                await manager.noteReading([record], in: scope, session: request.caller.session)
                guard let result = record.result, record.status != .cancelled else { return exchange.ended(record, now: clock.now) }
                return exchange.outcome(await reminded(.finished(result), request), now: clock.now)
            }
            let questions = record.inputs.filter { $0.state == .awaited }.map(MCPQuestion.init)
            let known = questions.filter { supplied[$0.key] != nil }
            if !known.isEmpty {
                // What does not fit is asked again.
                for question in known where (try? question.response(supplied[question.key] ?? .null)) == nil {
                    supplied[question.key] = nil
                }
                if known.contains(where: { supplied[$0.key] != nil }), (try? await answer(id, supplied, in: scope)) != nil {
                    isAnswered = true
                }
                for question in known { supplied[question.key] = nil }
                continue
            }
            let askable = questions.filter(exchange.abilities.canAnswer)
            guard !askable.isEmpty else { return exchange.outcome(.task(record), now: clock.now) }
            switch exchange.asking(of: attended.tool) {
            case .not: return exchange.outcome(.task(record), now: clock.now)
            case .byAnswer:
                let binding = MCPRequestState.Binding(owner: request.caller.owner, call: call)
                let state = MCPRequestState(id, now: clock.now)
                return exchange.inputRequired(askable, state: state.sealed(for: binding, with: options.seal))
            case .byRequest:
                guard try await put(askable, of: id, isRelated: false, request, attended.notify) else {
                    return exchange.outcome(.task(try await manager.task(id, in: scope)), now: clock.now)
                }
            }
        }
    }

    private func window(of attended: MCPAttendedCall) -> Duration? {
        if case .onRequest = attended.tool.background { return nil }
        return options.window(for: attended.tool, client: attended.request.exchange.client)
    }

    /// Waits until a task has ended, or stands still.
    private func settled(_ id: TaskID, within window: Duration?, in scope: Scope) async throws -> TaskRecord {
        if let window { return try await manager.wait(for: id, atMost: window, in: scope) }
        return try await manager.follow(id, in: scope) { record in
            switch record.status {
            case .queued, .running: false
            case .inputRequired, .stopped, .completed, .failed, .cancelled: true
            }
        }
    }

    // MARK: - Putting questions to a client

    /// Puts questions to the client at once, each as a request of the server, and hands its answers over.
    ///
    /// - Parameter isRelated: whether the client is to know to which task they belong.
    /// - Returns: false when the client let its time pass; true when none of the questions is open any more, whoever answered.
    /// - Throws: `CancellationError` when the client has gone.
    func put(
        _ questions: [MCPQuestion],
        of id: TaskID,
        isRelated: Bool,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws -> Bool {
        let keys = Set(questions.map(\.key))
        let scope = request.caller.scope
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask { [manager] in
                try await manager.follow(id, in: scope) { record in
                    record.status != .inputRequired || !record.inputs.contains { $0.state == .awaited && keys.contains($0.key) }
                }
                return true
            }
            group.addTask { [clock, options] in
                try await clock.sleep(until: clock.uptime + options.askingTime)
                return false
            }
            for question in questions {
                group.addTask {
                    try await self.put(question, of: id, isRelated: isRelated, request, notify)
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw CancellationError()
        }
    }

    /// Sends a request to the client and waits for the response, no longer than a client is waited for.
    func send(
        _ message: JSONValue,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async -> MCPClientRequests.Reply {
        await withTaskGroup(of: MCPClientRequests.Reply.self) { group in
            group.addTask { await request.peer.requests.send(message, notify) }
            group.addTask { [clock, options] in
                try? await clock.sleep(until: clock.uptime + options.askingTime)
                return .none
            }
            defer { group.cancelAll() }
            return await group.next() ?? .none
        }
    }

    private func put(
        _ question: MCPQuestion,
        of id: TaskID,
        isRelated: Bool,
        _ request: MCPOpenRequest,
        _ notify: @escaping @Sendable (MCPNotification) -> Void
    ) async throws {
        let exchange = request.exchange
        var message = question.json(in: exchange.revision)
        if isRelated, case .object(var object) = message, let params = object["params"]?.object {
            object["params"] = .object(exchange.related(params, to: id))
            message = .object(object)
        }
        for attempt in 1... {
            var response: InputResponse?
            switch await request.peer.requests.send(message, notify) {
            case .none: return
            case .error: response = .decline
            case .result(let result):
                response = try? question.response(result)
                if response == nil, attempt >= Self.maximumTries { response = .decline }
            }
            guard let response else { continue }
            do {
                try await manager.respond(id, [question.key: response], in: request.caller.scope)
                return
            } catch let error as TaskManagerError {
                switch error.code {
                // Somebody else was faster.
                case .notAsked, .finished: return
                case .invalidArgument where attempt < Self.maximumTries: continue
                case .invalidArgument:
                    _ = try? await manager.decline(id, [question.key], in: request.caller.scope)
                    return
                default: throw error
                }
            }
        }
    }

    // MARK: - Taking answers

    /// Passes a client's answers on. Those to questions that are unknown, or have their answer, are passed over (ext-tasks, tasks/update).
    func answer(_ id: TaskID, _ responses: JSONObject, in scope: Scope) async throws {
        while true {
            let record = try await manager.task(id, in: scope)
            guard !record.status.isTerminal else { return }
            var known: [String: InputResponse] = [:]
            for request in record.openInputs {
                if let response = responses[request.key] { known[request.key] = try MCPQuestion(request).response(response) }
            }
            guard !known.isEmpty else { return }
            do {
                try await manager.respond(id, known, in: scope)
                return
            } catch let error as TaskManagerError {
                switch error.code {
                // Somebody else was faster with one of them.
                case .notAsked: continue
                case .finished: return
                case .invalidArgument: throw MCPError(.invalidParams, error.message)
                default: throw error
                }
            }
        }
    }
}
