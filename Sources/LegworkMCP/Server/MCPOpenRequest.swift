import Legwork
import LegworkCore
import Synchronization

/// A request that is being worked on, and the ways in which it can be left.
final class MCPOpenRequest: Sendable {
    /// Why nobody waits for the answer any more.
    enum Departure: Sendable, Hashable {
        /// The client has called the request off.
        case calledOff
        /// The connection is gone, or the response that was to carry the answer.
        case connectionLost
        /// The server stops; what can go on after that is to go on.
        case serverStops
    }

    private struct State {
        var departure: Departure?
        var work: Task<MCPAnswer?, Never>?
        var asks = false
    }

    let operation: MCPOperation
    let exchange: MCPExchange
    let caller: Caller
    /// What is to be told to the conversation.
    let reminders: ReminderKeeper?
    /// The resources of which the connection is told.
    let subscriptions: MCPSubscriptions
    /// The client.
    let peer: MCPPeer
    private let transport: MCPTransport
    private let state = Lock(State())

    init(
        _ operation: MCPOperation,
        _ exchange: MCPExchange,
        caller: Caller,
        reminders: ReminderKeeper?,
        subscriptions: MCPSubscriptions,
        peer: MCPPeer,
        transport: MCPTransport
    ) {
        self.operation = operation
        self.exchange = exchange
        self.caller = caller
        self.reminders = reminders
        self.subscriptions = subscriptions
        self.peer = peer
        self.transport = transport
    }

    /// Whether nobody waits for the answer any more.
    var isLeft: Bool { state.withLock { $0.departure != nil } }

    /// Whether the tool has asked something while the client waited.
    var asks: Bool { state.withLock { $0.asks } }

    /// Says that the tool asks something.
    func noteAsking() { state.withLock { $0.asks = true } }

    /// Names the Swift task that works on the request.
    func began(_ work: Task<MCPAnswer?, Never>) {
        let isLeft = state.withLock { state in
            state.work = work
            return state.departure != nil
        }
        if isLeft { work.cancel() }
    }

    /// Says that nobody waits for the answer any more. The first reason counts.
    func leave(_ departure: Departure) {
        let work = state.withLock { state in
            state.departure = state.departure ?? departure
            return state.work
        }
        work?.cancel()
    }

    /// What becomes of a call that its caller has left before it became a task.
    ///
    /// A host that has died does not want its work thrown away. Closing a response is how a modern client calls a request off over HTTP
    /// (2026-07-28, basic/patterns/cancellation), while for an older one a lost connection says nothing (2025-11-25, basic/transports).
    func whenCallerLeaves() -> CallOptions.CallerLeaves {
        switch state.withLock({ $0.departure }) {
        case .calledOff: return .cancel
        case .serverStops: return .promote
        case .connectionLost, nil:
            switch transport {
            case .stdio: return .promote
            case .http: return exchange.revision.isModern ? .cancel : .promote
            }
        }
    }
}
