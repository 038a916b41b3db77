public import LegworkCore

extension TaskManager {
    /// Sends a message to a task, or to several.
    ///
    /// The message lies in the recipient's inbox, durably, when this returns. A recipient reads its messages in the order in which they were
    /// sent; what it has not dealt with when it ends becomes a dead letter of the sender's owner.
    ///
    /// - Parameters:
    ///   - content: any JSON value, text for instance; at most ``TaskManagerConfiguration/maximumMessageBytes``.
    ///   - address: whom it is for.
    ///   - sender: who sends. One that names a task is that task: its parent and children are meant by `parent` and `all`.
    ///   - id: the sender's own id for the message, 1 to 128 printable bytes. Sent again with it, the message is delivered once, which makes it
    ///     safe to repeat a send that threw.
    /// - Returns: what became of it for each recipient. A repeated message is ``SendResult/duplicate``, a success.
    /// - Throws: for one recipient ``TaskManagerError/Code/finished``, ``TaskManagerError/Code/noInbox``, ``TaskManagerError/Code/inboxFull``
    ///   or ``TaskManagerError/Code/notFound``, the last also for a task of another owner; for ``MessageAddress/all`` the receipt
    ///   says so of each. ``TaskManagerError/Code/ambiguous``; ``TaskManagerError/Code/invalidArgument`` for a message that is too large, an id
    ///   or address that is none; ``StoreError``.
    @discardableResult
    public func send(
        _ content: JSONValue,
        to address: MessageAddress,
        from sender: TaskMessage.Sender,
        id: MessageID = .random()
    ) async throws -> MessageReceipt {
        try CallLimits.check(sender)
        var correspondent = Correspondent(sender)
        if let task = sender.task {
            correspondent = Correspondent(try await self.task(task, in: .owner(sender.owner)))
            correspondent.sender.name = sender.name ?? correspondent.sender.name
        }
        return try await engine.send(content, to: address, from: correspondent, id: id)
    }

    /// Sends a message in the name of a caller who is no task, as ``send(_:to:from:id:)-(_,_,TaskMessage.Sender,_)`` does.
    @discardableResult
    public func send(
        _ content: JSONValue,
        to address: MessageAddress,
        from caller: Caller,
        id: MessageID = .random()
    ) async throws -> MessageReceipt {
        try await send(content, to: address, from: TaskMessage.Sender(owner: caller.owner, name: caller.origin?.user), id: id)
    }
}
