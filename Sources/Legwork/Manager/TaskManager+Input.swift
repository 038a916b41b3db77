public import LegworkCore

/// What becomes of a question.
public enum InputResponse: Sendable, Hashable {
    /// It is answered.
    case answer(JSONValue)
    /// Whoever was asked will not answer; the tool is told so.
    case decline
}

extension TaskManager {
    /// Answers questions of a task. It goes on when none that its tool waits for is left; a task that stopped finds its answers when it is resumed.
    ///
    /// - Parameters:
    ///   - id: the task.
    ///   - answers: by the keys of the questions, some or all of those that are open (``LegworkCore/TaskRecord/openInputs``).
    ///   - scope: who answers.
    /// - Returns: the task, all answers taken in one durable step; when it throws, none is.
    /// - Throws: ``TaskManagerError/Code/notFound``; ``TaskManagerError/Code/finished`` for a task that has ended;
    ///   ``TaskManagerError/Code/notAsked`` for keys that are unknown or answered, naming those that are open;
    ///   ``TaskManagerError/Code/invalidArgument`` for an answer that does not fit its schema, naming the path; ``StoreError``.
    @discardableResult
    public func answer(_ id: TaskID, _ answers: [String: JSONValue], in scope: Scope) async throws -> TaskRecord {
        try await respond(id, answers.mapValues { .answer($0) }, in: scope)
    }

    /// Says that questions of a task will get no answer: what asks throws ``LegworkCore/ToolError/Code/inputDeclined``.
    ///
    /// - Returns: the task.
    /// - Throws: as ``answer(_:_:in:)``.
    @discardableResult
    public func decline(_ id: TaskID, _ keys: [String], in scope: Scope) async throws -> TaskRecord {
        try await respond(id, Dictionary(keys.map { ($0, .decline) }) { first, _ in first }, in: scope)
    }

    /// Answers questions of a task, or declines to, all in one durable step.
    ///
    /// - Returns: the task.
    /// - Throws: as ``answer(_:_:in:)``.
    @discardableResult
    public func respond(_ id: TaskID, _ responses: [String: InputResponse], in scope: Scope) async throws -> TaskRecord {
        guard !responses.isEmpty else { throw TaskManagerError(.invalidArgument, "there is no answer; give at least one") }
        // In an order, so that the same mistake is told in the same words.
        let ordered = responses.sorted { $0.key < $1.key }
        let update: Engine.Update?
        do {
            // Also after a fault, for the answer may be written all the same.
            defer { engine.watchers.inputChanged(of: id) }
            update = try await engine.update(id, in: scope) { record in try record.respond(ordered, at: engine.clock.now) }
        }
        guard let update else { throw TaskManagerError.notFound(id) }
        let open = Set(update.record.openInputs.map(\.key))
        await engine.withdraw(of: update.record) { $0.kind == .inputRequired && open.isDisjoint(with: $0.askedKeys) }
        return update.record
    }
}

extension TaskRecord {
    fileprivate mutating func respond(_ responses: [(key: String, value: InputResponse)], at now: Timestamp) throws -> Transition {
        guard !status.isTerminal else {
            throw TaskManagerError(.finished, "\(id) has ended (\(status.rawValue)) and takes no more answers")
        }
        var requests: [InputRequest] = []
        let open = openInputs
        for (key, response) in responses {
            guard let request = open.first(where: { $0.key.isExactly(key) }) else { throw notAsked(responses.map(\.key), open) }
            if case .answer(let value) = response { try InputLimits.check(value, to: request) }
            requests.append(request)
        }
        for (key, response) in responses {
            switch response {
            case .answer(let value): _ = answer(key, with: value, at: now)
            case .decline: _ = decline(key, at: now)
            }
        }
        let data = JSONValue.keys(of: requests)
        guard status == .inputRequired, !awaitsInput else {
            touch(at: now)
            return Transition(events: [newEvent(.inputProvided, at: now, data: data)])
        }
        var transition = try apply(.inputProvided, at: now)
        transition.events = transition.events.map { $0.saying($0.text, data) }
        return transition
    }

    private func notAsked(_ keys: [String], _ open: [InputRequest]) -> TaskManagerError {
        let shown = keys.filter { key in !open.contains { $0.key.isExactly(key) } }
            .prefix(5).map { "'\($0.truncated(toBytes: 128))'" }.joined(separator: ", ")
        let list =
            open.isEmpty ? "no question of it is open" : "open are " + open.map { "'\($0.key)'" }.joined(separator: ", ")
        return TaskManagerError(.notAsked, "\(id) did not ask \(shown), or has the answer already; \(list)")
    }
}
