import LegworkCore
import LegworkEventLoop
import Synchronization

/// One request's response, between the handler, which may be on any thread, and the connection, which lives on the loop.
final class HTTPExchange: Sendable {
    private struct State {
        var machine: HTTPResponseMachine
        var date = HTTPDate()
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter = 0
        var task: Task<Void, Never>?
        var isCancelled = false
        var isClientGone = false
        var isFlushScheduled = false
        /// Something was written since the keep-alive timer last looked.
        var isActive = false
        var isEventStream = false

        mutating func takeWaiters() -> [CheckedContinuation<Void, any Error>] {
            defer { waiters = [:] }
            return Array(waiters.values)
        }
    }

    private let connection: HTTPConnection
    private let loop: EventLoop
    private let state: Lock<State>

    init(head: HTTPRequestHead, connection: HTTPConnection, loop: EventLoop, highWaterMark: Int) {
        self.connection = connection
        self.loop = loop
        state = Lock(State(machine: HTTPResponseMachine(head: head, highWaterMark: highWaterMark)))
    }

    // MARK: The handler's side

    func send(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let isAccepted = state.withLock { state in
            state.machine.send(status: status, headers: headers, body: body, date: state.date.now())
        }
        if isAccepted { flushSoon(atOnce: true) }
    }

    func start(status: Int, headers: HTTPHeaders) {
        let isAccepted = state.withLock { state in
            state.machine.start(status: status, headers: headers, date: state.date.now())
        }
        if isAccepted { flushSoon(atOnce: false) }
    }

    /// Hands bytes over, and waits while the client reads too slowly.
    func write(_ bytes: [UInt8]) async throws {
        let result = state.withLock { state -> HTTPResponseMachine.WriteResult in
            if state.isClientGone { return .refused("the client is gone") }
            state.isActive = true
            return state.machine.write(bytes)
        }
        switch result {
        case .refused(let reason): throw HTTPError(.closed, "Nothing can be written: \(reason).")
        case .accepted: flushSoon(atOnce: false)
        case .full:
            flushSoon(atOnce: true)
            try await drained()
        }
        try Task.checkCancellation()
    }

    private func drained() async throws {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.machine.phase == .abandoned || state.isClientGone {
                        return .failure(HTTPError(.closed, "The client is gone."))
                    }
                    if state.isCancelled { return .failure(CancellationError()) }
                    if state.machine.isDrained { return .success(()) }
                    state.waiters[number] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.isCancelled = true
                return state.waiters.removeValue(forKey: number)
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    func finish() {
        let isWhole = state.withLock { $0.machine.finish() }
        if isWhole { flushSoon(atOnce: true) } else { breakOff() }
    }

    /// The handler has ended: whatever it left open is closed.
    func handlerEnded(_ error: (any Error)?) {
        let phase = state.withLock { $0.machine.phase }
        switch phase {
        case .waiting:
            let rejection = HTTPRejection(status: 500, code: "internal_error", message: "The server could not answer this request.")
            send(status: 500, headers: rejection.fields, body: rejection.json)
        case .streaming:
            if error == nil { finish() } else { breakOff() }
        case .finished, .abandoned:
            break
        }
    }

    private func breakOff() {
        loop.perform { self.connection.breakOff() }
    }

    /// Cancels the handler though its client is there: what it answers all the same is sent.
    func cancelHandler() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    /// Ends a streamed response and its connection now. What the client takes at once it gets; it is not waited for.
    func endNow() {
        let isStreaming = state.withLock { state in
            guard case .streaming = state.machine.phase else { return false }
            state.machine.forbidKeepAlive()
            _ = state.machine.finish()
            return true
        }
        if isStreaming { breakOff() }
    }

    // MARK: Keep-alive

    func markEventStream(highWaterMark: Int) {
        state.withLock { state in
            state.isEventStream = true
            state.machine.lowerHighWaterMark(to: highWaterMark)
        }
    }

    /// Writes a comment when an event stream has been silent since the last call.
    func keepAlive() {
        let isDue = state.withLock { state -> Bool in
            guard state.isEventStream, !state.isClientGone else { return false }
            let isSilent = !state.isActive && state.machine.unsent == 0
            state.isActive = false
            guard isSilent else { return false }
            return state.machine.write(Array(": keep-alive\n\n".utf8)) == .accepted
        }
        if isDue { flushSoon(atOnce: false) }
    }

    // MARK: The connection's side

    /// Makes the loop send what is pending: now, or together with whatever else this turn of the loop writes.
    private func flushSoon(atOnce: Bool) {
        if atOnce, loop.isCurrent {
            connection.flushFromHandler()
            return
        }
        let mustSchedule = state.withLock { state in
            defer { state.isFlushScheduled = true }
            return !state.isFlushScheduled
        }
        guard mustSchedule else { return }
        loop.execute {
            self.state.withLock { $0.isFlushScheduled = false }
            self.connection.flushFromHandler()
        }
    }

    func attach(_ task: Task<Void, Never>) {
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    func take(into bytes: inout [UInt8]) -> Bool {
        state.withLock { $0.machine.take(into: &bytes) }
    }

    /// Tells how much of what was taken is unsent; wakes the writers when it is little.
    func report(inFlight: Int) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            state.machine.report(inFlight: inFlight)
            return state.machine.isDrained && !state.waiters.isEmpty ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Whether the response is complete, and whether the connection may go on.
    var outcome: (isFinished: Bool, keepAlive: Bool) {
        state.withLock { ($0.machine.phase == .finished && $0.machine.pending.isEmpty, $0.machine.keepAlive) }
    }

    /// What the response says, once it has begun.
    var status: Int? { state.withLock { $0.machine.status } }

    /// Whether it is a stream of events.
    var isEventStream: Bool { state.withLock { $0.isEventStream } }

    var unsent: Int { state.withLock { $0.machine.unsent } }

    func forbidKeepAlive() {
        state.withLock { $0.machine.forbidKeepAlive() }
    }

    /// The client has closed its side: the handler is cancelled, but what it answers all the same is still sent, since it may be listening.
    func inputEnded() {
        let (task, waiters) = state.withLock { state in
            state.isClientGone = true
            state.isCancelled = true
            state.machine.forbidKeepAlive()
            return (state.task, state.takeWaiters())
        }
        task?.cancel()
        for waiter in waiters { waiter.resume(throwing: HTTPError(.closed, "The client is gone.")) }
    }

    /// The connection is gone, or the server stops.
    func abandon() {
        state.withLock { $0.machine.abandon() }
        inputEnded()
    }
}
