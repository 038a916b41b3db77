import Legwork
import LegworkCore
import Synchronization

/// One client's conversation with a server.
///
/// Messages may be handed over from any thread. What takes time runs on the global pool, each request for itself, so that requests are
/// worked on side by side and one of them can be called off by another message.
public final class MCPConnection: Sendable {
    private struct State {
        var session: MCPSession
        var requests: [MCPRequestID: MCPOpenRequest] = [:]
        var isClosed = false
    }

    private let server: MCPServer
    private let caller: Caller
    private let reminders: ReminderKeeper?
    private let transport: MCPTransport
    private let announcements: MCPAnnouncements
    private let subscriptions: MCPSubscriptions
    private let peer: MCPPeer
    private let state: Lock<State>

    init(_ server: MCPServer, _ caller: Caller, _ transport: MCPTransport) {
        self.server = server
        self.caller = caller
        reminders = caller.session.map { server.manager.reminders(for: caller.owner, session: $0) }
        self.transport = transport
        let announcements = MCPAnnouncements()
        self.announcements = announcements
        peer = MCPPeer(announcements)
        subscriptions = MCPSubscriptions(server) { announcements.announce($0) }
        let session = MCPSession(
            server: server.options.info,
            maximumOpenRequests: server.options.maximumOpenRequests,
            hasPrompts: !server.options.prompts.isEmpty
        )
        state = Lock(State(session: session))
    }

    /// What is to be done about a message that has been taken.
    public enum Reply: Sendable {
        /// Nothing: it wants no answer.
        case none
        /// This is the answer.
        case answer(MCPAnswer)
        /// The answer takes time.
        case pending(MCPPendingAnswer)
    }

    /// The revision that `initialize` agreed on; nil for a client of the modern era, and before.
    public var negotiatedRevision: MCPRevision? { state.withLock { $0.session.negotiatedRevision } }

    /// How many requests are being worked on.
    public var openRequests: Int { state.withLock { $0.requests.count } }

    /// Whether somebody waits for what comes of it.
    public var isBusy: Bool { openRequests > 0 || announcements.isAttached }

    // MARK: - Messages that belong to no request

    /// Carries to the client what belongs to none of its requests, such as that a resource has changed.
    ///
    /// There is one listener at a time: a later one takes over. What is announced while there is none is kept, up to a bound, for the next.
    ///
    /// - Parameters:
    ///   - send: gets each message, in order. Called from any thread; must be quick, and must not call the connection.
    ///   - ended: called when nothing will come any more, for the connection was closed.
    /// - Returns: what ends it, also by being released.
    public func attach(
        _ send: @escaping @Sendable (MCPNotification) -> Void,
        ended: @escaping @Sendable () -> Void = {}
    ) -> MCPAttachment {
        MCPAttachment(announcements, announcements.attach(send, ended: ended))
    }

    /// Tells the client something that belongs to none of its requests. Quick.
    func announce(_ notification: MCPNotification) { announcements.announce(notification) }

    // MARK: - Messages of the client

    /// Takes a message and answers it: ``begin(_:)-([UInt8])`` and ``MCPPendingAnswer/answer(notify:)`` in one, for doors that get each
    /// message on its own, such as HTTP.
    ///
    /// The cancellation of the calling Swift task means that the answer can no longer be delivered: a call that has not become a task is
    /// then promoted or cancelled, as transport and revision demand.
    ///
    /// - Parameters:
    ///   - bytes: one JSON-RPC message.
    ///   - notify: gets what is to be sent before the answer, in order. Called from any thread; must be quick.
    /// - Returns: the answer; nil when there is none to send.
    public func handle(
        _ bytes: [UInt8],
        notify: @escaping @Sendable (MCPNotification) -> Void = { _ in }
    ) async -> MCPAnswer? {
        switch begin(bytes) {
        case .none: nil
        case .answer(let answer): answer
        case .pending(let pending): await pending.answer(notify: notify)
        }
    }

    /// Takes a message, and does of it what has an order: messages have to be handed over in the order in which they came. Quick.
    ///
    /// - Parameter bytes: one JSON-RPC message.
    public func begin(_ bytes: [UInt8]) -> Reply {
        do {
            return begin(try MCPMessage(parsing: bytes, limits: server.options.limits))
        } catch {
            return .answer(error.answer)
        }
    }

    /// Takes a message that has been read already.
    public func begin(_ message: MCPMessage) -> Reply {
        let (reply, calledOff) = state.withLock { state -> (Reply, MCPOpenRequest?) in
            guard !state.isClosed else { return (.none, nil) }
            switch state.session.receive(message) {
            case .none: return (.none, nil)
            case .answer(let answer): return (.answer(answer), nil)
            case .cancelRequest(let id): return (.none, state.requests[id])
            case .deliver(let response):
                peer.requests.take(response)
                return (.none, nil)
            case .perform(let operation, let exchange):
                let request = MCPOpenRequest(
                    operation,
                    exchange,
                    caller: caller,
                    reminders: reminders,
                    subscriptions: subscriptions,
                    peer: peer,
                    transport: transport
                )
                state.requests[exchange.id] = request
                return (.pending(MCPPendingAnswer(self, request)), nil)
            }
        }
        calledOff?.leave(.calledOff)
        return reply
    }

    /// Says that the client has gone. Calls that have not become tasks are promoted or cancelled, as transport and revision demand; waits
    /// end. Answers that are there already are still given.
    ///
    /// - Parameter serverStops: whether it is not the client that has gone: then no task is cancelled by this.
    public func close(serverStops: Bool = false) {
        let requests = state.withLock { state in
            state.isClosed = true
            return Array(state.requests.values)
        }
        for request in requests { request.leave(serverStops ? .serverStops : .connectionLost) }
        subscriptions.close()
        peer.close()
        announcements.close()
    }

    func work(on request: MCPOpenRequest, _ notify: @escaping @Sendable (MCPNotification) -> Void) async -> MCPAnswer? {
        defer { finish(request) }
        // A Swift task of its own, so that another message can cancel it. Beginning it here saves a change of threads; but a tool begins on
        // the thread that calls it, and a door's own thread has to stay free.
        let isOnDoorsThread = withUnsafeCurrentTask { $0?.unownedTaskExecutor != nil }
        let work =
            isOnDoorsThread
            ? Task { [server] in await server.perform(request, notify: notify) }
            : Task.immediate { [server] in await server.perform(request, notify: notify) }
        request.began(work)
        return await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            request.leave(.connectionLost)
        }
    }

    /// Forgets a request that is answered, or never will be.
    func finish(_ request: MCPOpenRequest) {
        state.withLock { state in
            let id = request.exchange.id
            guard state.requests[id] === request else { return }
            state.requests[id] = nil
            state.session.finish(id)
        }
    }
}
