extension ToolContext {
    /// Sends a message to another task.
    ///
    /// - Parameters:
    ///   - content: any JSON value, at most 1 MiB unless the manager says otherwise.
    ///   - address: whom it is for.
    ///   - id: the sender's own id for the message, 1 to 128 printable bytes. Sent again with it, the message is delivered once, so a send that
    ///     threw can be repeated.
    /// - Returns: what became of it, recipient by recipient. Nothing is dropped: what a recipient has not dealt with when it ends becomes
    ///   a dead letter of this sender.
    /// - Throws: for one recipient, why it cannot get the message: it has ended, takes none, is full, or is not there. For
    ///   ``MessageAddress/all`` the receipt says so of each.
    @discardableResult
    public func send(_ content: JSONValue, to address: MessageAddress, id: MessageID = .random()) async throws -> MessageReceipt {
        try await host.send(content, to: address, id: id)
    }

    /// Sends a text to another task, as ``send(_:to:id:)-(JSONValue,_,_)`` does.
    @discardableResult
    public func send(_ text: String, to address: MessageAddress, id: MessageID = .random()) async throws -> MessageReceipt {
        try await host.send(.string(text), to: address, id: id)
    }

    /// The messages that are sent to this task, in the order they were sent.
    ///
    /// ```swift
    /// for try await message in context.messages {
    ///     await handle(message.content, from: message.sender)
    /// }
    /// ```
    ///
    /// Coming to the next message says that the one before was dealt with. A message that was not, because the process went away or the tool
    /// threw, comes again to the attempt that follows, with one more of ``TaskMessage/deliveries`` and the same id. A tool that returns has
    /// dealt with what it was given. The sequence waits as long as the attempt lasts, and throws `CancellationError` when it is cancelled.
    /// Several readers share the messages: each goes to one of them.
    public var messages: TaskMessages { TaskMessages(host: host) }

    /// The next message, if one comes in time; it acknowledges those before it, as ``messages`` does.
    ///
    /// - Parameter limit: how long to wait; zero only looks.
    /// - Returns: nil when none came.
    /// - Throws: `CancellationError`; an error that says so when the tool has no inbox.
    public func nextMessage(waitingAtMost limit: Duration) async throws -> TaskMessage? {
        try await host.nextMessage(waitingAtMost: limit)
    }

    /// Says that all messages which were given are dealt with, without asking for another. Durable when this returns.
    public func acknowledgeMessages() async throws { try await host.acknowledgeMessages() }

    /// Asks whoever watches over the task, and waits for the answer. The task is `input_required` meanwhile; a call in its window becomes a
    /// task, which its caller gets.
    ///
    /// ```swift
    /// let answer = try await context.ask("Deploy to production?", schema: ["type": "boolean"], key: "deploy")
    /// ```
    ///
    /// Several questions may be asked at once; see ``ask(_:)``. A cancelled ask withdraws its question.
    ///
    /// - Parameters:
    ///   - message: the question, for people and models: 1 to 16,384 bytes.
    ///   - schema: the JSON Schema that the answer has to fit, at most 64 KiB; nil takes anything. People are shown forms best when it is of
    ///     type `boolean`, `string`, `number`, `integer`, or an object of such.
    ///   - key: names the question for the task's whole life, 1 to 128 printable bytes that do not begin with `input-`. A resumed task that asks
    ///     again with a key that was answered has the answer at once. Nil makes a key, and then a resumed task asks anew.
    /// - Returns: the answer, which fits the schema.
    /// - Throws: ``ToolError/Code/inputDeclined`` when whoever was asked will not answer; `CancellationError`; and errors that say so when
    ///   there are 64 questions open, or the question cannot be put.
    public func ask(_ message: String, schema: JSONValue? = nil, key: String? = nil) async throws -> JSONValue {
        try await answer(to: ToolQuestion(message, schema: schema, key: key))
    }

    /// Has the client of MCP that made the call do something that only it can do, and waits for the result. In all else it is a question: any
    /// other caller, a person or a later client may answer it with what would have been the result.
    ///
    /// ```swift
    /// let written = try await context.ask(.sampling(["messages": messages, "maxTokens": 100]))
    /// ```
    ///
    /// - Parameters:
    ///   - request: what is to be done.
    ///   - message: says what is wanted, to whoever answers in the client's place.
    ///   - key: as for any question.
    /// - Returns: the request's result, as the protocol has it; of `elicitation/create` the action too, whichever it was.
    /// - Throws: as ``ask(_:schema:key:)``; a client that answers with an error declines.
    public func ask(_ request: ClientRequest, message: String? = nil, key: String? = nil) async throws -> JSONValue {
        try await answer(to: ToolQuestion(request, message: message, key: key))
    }

    /// Asks several things in one durable step, and waits for what becomes of all of them: whoever is asked sees them together.
    ///
    /// - Parameter questions: 1 to 64, each with a key of its own.
    /// - Returns: a reply for each question, in their order.
    /// - Throws: as ``ask(_:schema:key:)``, but for what was declined.
    public func ask(_ questions: [ToolQuestion]) async throws -> [ToolReply] { try await host.ask(questions) }

    private func answer(to question: ToolQuestion) async throws -> JSONValue {
        let reply = try await host.ask([question]).first
        if let answer = reply?.answer { return answer }
        throw ToolError(.inputDeclined, "whoever was asked will not answer the question '\(reply?.key ?? question.key ?? "")'")
    }
}

/// The messages sent to a task, as its tool comes to them; see ``ToolContext/messages``.
public struct TaskMessages: AsyncSequence, Sendable {
    /// Comes to one message after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let host: any ToolContextHost

        /// Acknowledges the previous message and waits for the next; nil when the attempt is over.
        public mutating func next() async throws -> TaskMessage? { try await host.nextMessage(waitingAtMost: nil) }
    }

    let host: any ToolContextHost

    /// Begins, or goes on, where the last reader came to.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(host: host) }
}
