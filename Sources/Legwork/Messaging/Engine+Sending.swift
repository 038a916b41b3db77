import LegworkCore

extension Engine {
    /// How many inboxes one message is put into at once: together, so that a store that writes in groups can.
    private static let sendsAtOnce = 64

    /// Sends a message to whom an address names.
    func send(_ content: JSONValue, to address: MessageAddress, from correspondent: Correspondent, id: MessageID) async throws
        -> MessageReceipt
    {
        try CallLimits.check(id)
        if let excess = content.excess(bytes: configuration.maximumMessageBytes) {
            throw TaskManagerError(
                .invalidArgument,
                "the message cannot be sent: \(excess); send a reference instead, such as a path or the id of a task that has it as result"
            )
        }
        let message = TaskMessage(id: id, from: correspondent.sender, content, at: clock.now)
        switch try await recipients(of: address, for: correspondent) {
        case .one(let recipient, let name, let scope):
            let result = try await send(message, to: recipient, in: scope)
            if let error = TaskManagerError(refusal: result, by: name ?? recipient.description, address) { throw error }
            return MessageReceipt(id: id, deliveries: [.init(recipient: recipient, name: name, result: result)])
        case .many(let children):
            return MessageReceipt(id: id, deliveries: try await send(message, to: children))
        }
    }

    private func send(_ message: TaskMessage, to children: [TaskSummary]) async throws -> [MessageReceipt.Delivery] {
        try await withThrowingTaskGroup(of: (Int, SendResult).self) { group in
            var results: [SendResult] = Array(repeating: .notFound, count: children.count)
            for (index, child) in children.enumerated() {
                if index >= Self.sendsAtOnce, let (done, result) = try await group.next() { results[done] = result }
                group.addTask { (index, try await self.send(message, to: child.id, in: .owner(child.owner))) }
            }
            for try await (done, result) in group { results[done] = result }
            return zip(children, results).map { .init(recipient: $0.id, name: $0.name, result: $1) }
        }
    }

    private func send(_ message: TaskMessage, to recipient: TaskID, in scope: Scope) async throws -> SendResult {
        let result = try await store.send(SendRequest(message, to: recipient, in: scope, limit: configuration.inboxLimit))
        if case .queued = result { watchers.messageArrived(at: recipient) }
        return result
    }
}

extension TaskManagerError {
    /// Why a message was not taken; nil when it was.
    init?(refusal result: SendResult, by recipient: String, _ address: MessageAddress) {
        switch result {
        case .queued, .duplicate: return nil
        case .full(let unread):
            self.init(
                .inboxFull,
                """
                \(recipient) has \(unread) unread messages and takes no more for now; send again, with the same message id, when it has read \
                some
                """
            )
        case .finished(let status):
            self.init(.finished, "\(recipient) has ended (\(status.rawValue)) and reads no more messages; its result is all there is of it")
        case .noInbox:
            self.init(.noInbox, "\(recipient) takes no messages: its tool has no inbox; wait for its result instead")
        case .notFound: self = .notFound(address.shown)
        }
    }
}
