import LegworkCore

extension Engine {
    /// Whom an address names.
    enum Recipients: Sendable {
        /// One task, which is there or not.
        case one(TaskID, name: String?, Scope)
        /// So many, all of the sender's owner.
        case many([TaskSummary])
    }

    /// The most recipients of one message.
    private static let maximumRecipients = 10_000

    private static let live = Set(TaskStatus.allCases.filter { !$0.isTerminal })

    /// Finds whom an address names.
    ///
    /// - Throws: ``TaskManagerError/Code/notFound``, with the same words for what is missing, foreign or forbidden;
    ///   ``TaskManagerError/Code/ambiguous``; ``TaskManagerError/Code/invalidArgument`` for what can be no address.
    func recipients(of address: MessageAddress, for correspondent: Correspondent) async throws -> Recipients {
        let sender = correspondent.sender
        let scope = Scope.owner(sender.owner)
        switch address {
        case .task(let id): return .one(id, name: nil, scope)
        case .named(let text):
            let address = try MessageAddress(text)
            guard case .named = address else { return try await recipients(of: address, for: correspondent) }
            let found = try await find(text, for: sender)
            return .one(found.id, name: found.name, scope)
        case .parent:
            guard let parent = correspondent.parent else {
                throw TaskManagerError(.notFound, "there is no parent to write to: no task made this sender")
            }
            return .one(parent, name: nil, scope)
        case .oneself:
            guard let task = sender.task else {
                throw TaskManagerError(.notFound, "the sender is no task, so it cannot write to itself; name a task")
            }
            return .one(task, name: sender.name, scope)
        case .all: return .many(try await children(of: sender))
        case .agent(let owner, let text):
            guard CallLimits.isName(text) else { throw TaskManagerError.notFound(address.shown) }
            guard owner != sender.owner else { return try await recipients(of: .named(text), for: correspondent) }
            guard configuration.mayMessage?(sender, owner) == true else { throw TaskManagerError.notFound(address.shown) }
            if let id = TaskID(text) { return .one(id, name: nil, .owner(owner)) }
            // Not by the beginning of an id: whoever has none is not to find one by trying.
            guard let found = try await store.find(TaskSearch(.name(text), in: .owner(owner), limit: 1)).first else {
                throw TaskManagerError.notFound(address.shown)
            }
            return .one(found.id, name: found.name, .owner(owner))
        }
    }

    /// Finds a task of the sender's owner by its name or the beginning of its id. A live one is meant before one that has ended, and of those the
    /// sender's own child.
    private func find(_ text: String, for sender: TaskMessage.Sender) async throws -> TaskSummary {
        var matches = try await store.find(TaskSearch(.name(text), in: .owner(sender.owner)))
        if matches.isEmpty, let prefix = TaskID.prefix(from: text) {
            matches = try await store.find(TaskSearch(.prefix(prefix), in: .owner(sender.owner)))
        } else if let first = matches.first, first.status.isTerminal {
            // All had the name and have ended; the newest is meant.
            return first
        }
        let live = matches.filter { !$0.status.isTerminal }
        let own = sender.task == nil ? [] : live.filter { $0.parent == sender.task }
        for candidates in [own, live, matches] where candidates.count == 1 { return candidates[0] }
        guard !matches.isEmpty else { throw TaskManagerError.notFound(MessageAddress.named(text).shown) }
        throw TaskManagerError.ambiguous(text, live.isEmpty ? matches : live)
    }

    /// The live children of a sender that take messages.
    private func children(of sender: TaskMessage.Sender) async throws -> [TaskSummary] {
        var children: [TaskSummary] = []
        var query = TaskQuery(in: .owner(sender.owner), statuses: Self.live, parent: sender.task, limit: TaskQuery.maximumLimit)
        repeat {
            let page = try await store.tasks(query)
            children += page.tasks.filter { $0.hasInbox && $0.parent == sender.task }
            guard children.count <= Self.maximumRecipients else {
                throw TaskManagerError(
                    .invalidArgument,
                    "'all' are more than \(Self.maximumRecipients) tasks; write to some of them by name"
                )
            }
            query.cursor = page.next
        } while query.cursor != nil
        return children
    }
}

extension MessageAddress {
    /// The address as an error shows it.
    var shown: String { description.truncated(toBytes: 100) }
}
