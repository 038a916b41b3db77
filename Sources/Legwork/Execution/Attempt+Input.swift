import LegworkCore
import Synchronization

// Questions of the tool.
extension Attempt {
    func ask(_ questions: [ToolQuestion]) async throws -> [ToolReply] {
        try InputLimits.check(questions)
        if case .never = tool.background {
            throw TaskManagerError(
                .invalidArgument,
                "'\(tool.descriptor.name)' is never a task, and only a task can ask; give it another background policy"
            )
        }
        if isCancelled { throw CancellationError() }
        if state.withLock({ $0.machine.hasCaller }) { options.onAsk?() }
        try await becomeTask()
        let requests = try await put(questions)
        let known = requests.compactMap(\.reply)
        if known.count == requests.count { return known }
        return try await whileWaiting { try await replies(to: requests.map(\.key)) }
    }

    /// Records questions, all in one step.
    private func put(_ questions: [ToolQuestion]) async throws -> [InputRequest] {
        await takeTurn()
        defer { endTurn() }
        let facts = state.withLock { $0.machine.isRecorded ? ($0.id, $0.token, $0.kept?.lastSeen) : nil }
        guard let (id, token, lastSeen) = facts, let id, let token else { throw CancellationError() }
        var asked: Result<[InputRequest], any Error> = .failure(CancellationError())
        let answer = await engine.persist("a question", of: id, token: token, from: lastSeen) { record in
            do {
                let (requests, transition) = try record.put(questions, at: engine.clock.now)
                asked = .success(requests)
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

    /// Waits for what becomes of questions. Nothing polls.
    private func replies(to keys: [String]) async throws -> [ToolReply] {
        guard let (id, token) = state.withLock({ state in state.id.flatMap { id in state.token.map { (id, $0) } } }) else {
            throw CancellationError()
        }
        let watch = engine.watchers.watch([id], for: .input)
        defer { watch.end() }
        var signals = watch.signals.makeAsyncIterator()
        while true {
            let requests: [InputRequest]
            do {
                guard let record = try await engine.store.task(TaskLookup(id, in: .operator)), record.lease?.token == token else {
                    throw Self.lostLease
                }
                requests = keys.compactMap { key in record.inputs.first { $0.key.isExactly(key) && $0.state != .withdrawn } }
            } catch let error as StoreError where Engine.mayPass(error) && !Task.isCancelled {
                engine.problem("the answers to \(id) cannot be read yet: \(error)")
                await engine.pause(.seconds(1))
                continue
            }
            // Withdrawn by another who asked the same.
            guard requests.count == keys.count else {
                for key in keys { await withdraw(key, of: id, token) }
                throw CancellationError()
            }
            let replies = requests.compactMap(\.reply)
            if replies.count == keys.count { return replies }
            guard await signals.next() != nil else {
                for key in keys { await withdraw(key, of: id, token) }
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
    /// What became of the question, once something did.
    fileprivate var reply: ToolReply? {
        switch state {
        case .answered: ToolReply(key: key, answer: answer ?? .null)
        case .declined: ToolReply(key: key, answer: nil)
        case .awaited, .left, .withdrawn: nil
        }
    }
}

extension TaskRecord {
    /// Adds questions, with what follows from them; nothing follows from those that are known.
    fileprivate mutating func put(_ questions: [ToolQuestion], at now: Timestamp) throws -> ([InputRequest], Transition?) {
        var requests: [InputRequest] = []
        var all: Transition?
        for question in questions {
            let (request, transition) = try put(question, at: now)
            requests.append(request)
            guard let transition else { continue }
            var sum = all ?? Transition()
            sum.effects += transition.effects
            sum.events += transition.events
            sum.notices += transition.notices
            all = sum
        }
        // Together, as a person is to read them.
        all?.deliveries = deliveries(at: now)
        return (requests, all)
    }

    private mutating func put(_ question: ToolQuestion, at now: Timestamp) throws -> (InputRequest, Transition?) {
        let known = question.key.flatMap { key in inputs.first { $0.key.isExactly(key) } }
        switch known?.state {
        case .awaited, .answered, .declined: if let known { return (known, nil) }
        case nil, .left, .withdrawn: break
        }
        if let refusal = InputLimits.refusal(of: question, in: self) { throw refusal }
        guard let request = ask(question.message, schema: question.schema, key: question.key, request: question.request, at: now) else {
            throw TaskManagerError(
                .invalidArgument,
                "the key '\(question.key ?? "")' was that of another question, which was withdrawn; choose another, so that no answer is mistaken"
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
