import LegworkCore
import Synchronization

// Messages of the tool and for it.
extension Attempt {
    /// Reads the inbox; nil when the tool has not asked for a message.
    var inbox: InboxReader? { state.withLock { $0.kept?.inbox } }

    func send(_ content: JSONValue, to address: MessageAddress, id: MessageID) async throws -> MessageReceipt {
        try await engine.send(content, to: address, from: try await correspondent(), id: id)
    }

    /// Who sends this tool's messages.
    private func correspondent() async throws -> Correspondent {
        let (known, isRecorded) = state.withLock { ($0.kept?.correspondent, $0.token != nil) }
        if let known { return known }
        let id = taskID
        guard isRecorded else {
            let sender = TaskMessage.Sender(owner: caller.owner, task: id, name: lineage.agent ?? tool.descriptor.name)
            return Correspondent(sender, parent: lineage.parent)
        }
        guard let record = try await engine.store.task(TaskLookup(id, in: .operator)) else { throw Self.lostLease }
        let correspondent = Correspondent(record)
        state.withLock { $0.keeping.correspondent = correspondent }
        return correspondent
    }

    func nextMessage(waitingAtMost limit: Duration?) async throws -> TaskMessage? {
        if let limit, limit < .zero || limit > TaskManagerConfiguration.maximumWait {
            let longest = TaskManagerConfiguration.maximumWait.milliseconds / 1000
            throw TaskManagerError(.invalidArgument, "a wait for a message may last 0 to \(longest) seconds, not \(limit.seconds)")
        }
        if isCancelled || Task.isCancelled { throw CancellationError() }
        do {
            return try await openInbox()?.next(waitingAtMost: limit)
        } catch is Engine.LostLease {
            // A call that has ended has nothing to read either, and that is no fault.
            guard state.withLock({ $0.machine.isRecorded }) else { return nil }
            throw Self.lostLease
        }
    }

    func acknowledgeMessages() async throws {
        do {
            try await inbox?.acknowledge()
        } catch is Engine.LostLease {
            throw Self.lostLease
        }
    }

    /// - Returns: nil when the attempt is over.
    private func openInbox() throws -> InboxReader? {
        guard tool.descriptor.hasInbox else {
            throw TaskManagerError(
                .noInbox,
                "'\(tool.descriptor.name)' takes no messages; set 'hasInbox' in its descriptor, or start it with spawnAgent"
            )
        }
        return state.withLock { state in
            if let inbox = state.kept?.inbox { return inbox }
            guard state.machine.isRecorded, let id = state.id, let token = state.token else { return nil }
            let inbox = InboxReader(engine: engine, id: id, token: token)
            state.keeping.inbox = inbox
            return inbox
        }
    }

    static var lostLease: TaskManagerError {
        TaskManagerError(.leaseLost, "the task is another attempt's by now, or deleted; stop working on it")
    }
}
