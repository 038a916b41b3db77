import LegworkCore
import Synchronization

// Questions of the tool.
extension Attempt {
    func ask(_ message: String, schema: JSONValue?, key: String?) async throws -> JSONValue {
        try InputLimits.check(message, schema: schema, key: key)
        if case .never = tool.background {
            throw TaskManagerError(
                .invalidArgument,
                "'\(tool.descriptor.name)' is never a task, and only a task can ask; give it another background policy"
            )
        }
        if isCancelled { throw CancellationError() }
        try await becomeTask()
        let request = try await put(message, schema, key)
        if let reply = try request.reply { return reply }
        return try await whileWaiting { try await answer(to: request.key) }
    }

    /// Records a question.
    private func put(_ message: String, _ schema: JSONValue?, _ key: String?) async throws -> InputRequest {
        await takeTurn()
        defer { endTurn() }
        let facts = state.withLock { $0.machine.isRecorded ? ($0.id, $0.token, $0.kept?.lastSeen) : nil }
        guard let (id, token, lastSeen) = facts, let id, let token else { throw CancellationError() }
        var asked: Result<InputRequest, any Error> = .failure(CancellationError())
        let answer = await engine.persist("a question", of: id, token: token, from: lastSeen) { record in
            do {
                let (request, transition) = try record.put(message, schema, key, at: engine.clock.now)
                asked = .success(request)
                return transition
            } catch let error as TaskManagerError {
                asked = .failure(error)
                return nil
            }
        }
        switch answer {
        case .written(let record):
            state.withLock { if $0.kept?.lastSeen != nil { $0.keeping.lastSeen = record } }
            return try asked.get()
        case .lost: throw Self.lostLease
        case .refused(let error): throw error
        case .givenUp: throw CancellationError()
        }
    }

    /// Waits for an answer. Nothing polls.
    private func answer(to key: String) async throws -> JSONValue {
        guard let (id, token) = state.withLock({ state in state.id.flatMap { id in state.token.map { (id, $0) } } }) else {
            throw CancellationError()
        }
        let watch = engine.watchers.watch([id], for: .input)
        defer { watch.end() }
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let request: InputRequest?
            do {
                guard let record = try await engine.store.task(TaskLookup(id, in: .operator)), record.lease?.token == token else {
                    throw Self.lostLease
                }
                request = record.inputs.first { $0.key.isExactly(key) }
            } catch let error as StoreError where Engine.mayPass(error) && !Task.isCancelled {
                engine.problem("the answers to \(id) cannot be read yet: \(error)")
                await engine.pause(.seconds(1))
                continue
            }
            // Withdrawn by another who asked the same.
            guard let request, request.state != .withdrawn else { throw CancellationError() }
            if let reply = try request.reply { return reply }
            guard await signals.next() != nil else {
                await withdraw(key, of: id, token)
                throw CancellationError()
            }
        }
    }

    /// Takes back a question, unless the process goes away: then whoever resumes the task may find it answered.
    private func withdraw(_ key: String, of id: TaskID, _ token: LeaseToken) async {
        await takeTurn()
        defer { endTurn() }
        guard state.withLock({ $0.machine.isRecorded && !$0.isInterrupted }) else { return }
        do {
            try await engine.update(id, token: token) { record in
                guard record.inputs.contains(where: { $0.key.isExactly(key) && $0.isOpen }) else { return nil }
                record.withdraw(key)
                guard record.status == .inputRequired, !record.awaitsInput else {
                    record.touch(at: engine.clock.now)
                    return TaskRecord.Transition()
                }
                return try record.apply(.inputProvided, at: engine.clock.now)
            }
            engine.watchers.inputChanged(of: id)
        } catch {
            engine.problem("a question of \(id) could not be withdrawn: \(error)")
        }
    }
}

extension InputRequest {
    /// The answer, if there is one.
    ///
    /// - Throws: when there will be none.
    fileprivate var reply: JSONValue? {
        get throws {
            guard state == .declined else { return answer }
            throw ToolError(.inputDeclined, "whoever was asked will not answer the question '\(key)'")
        }
    }
}

extension TaskRecord {
    /// Adds a question, with what follows from it; nothing follows from one that is known.
    fileprivate mutating func put(_ message: String, _ schema: JSONValue?, _ key: String?, at now: Timestamp) throws -> (
        InputRequest, Transition?
    ) {
        let known = key.flatMap { key in inputs.first { $0.key.isExactly(key) } }
        switch known?.state {
        case .awaited, .answered, .declined: if let known { return (known, nil) }
        case nil, .left, .withdrawn: break
        }
        if let refusal = InputLimits.refusal(of: message, schema: schema, in: self) { throw refusal }
        guard let request = ask(message, schema: schema, key: key, at: now) else {
            throw TaskManagerError(
                .invalidArgument,
                "the key '\(key ?? "")' was that of another question, which was withdrawn; choose another, so that no answer is mistaken"
            )
        }
        var transition: Transition
        if status == .running {
            transition = try apply(.inputRequested, at: now)
            transition.events = transition.events.map { $0.saying(request.message, .keys(of: [request])) }
        } else {
            transition = Transition(notices: [Notice(of: self, asking: request, at: now)])
            transition.events = [newEvent(.inputRequired, at: now, text: request.message, data: .keys(of: [request]))]
            touch(at: now)
        }
        return (request, transition)
    }
}

extension TaskEvent {
    /// The same entry with words and data.
    func saying(_ text: String?, _ data: JSONValue?) -> TaskEvent {
        TaskEvent(sequence: sequence, time: time, kind: kind, text: text, data: data)
    }
}
