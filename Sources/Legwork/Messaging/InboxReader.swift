import LegworkCore
import Synchronization

/// Reads the inbox of one attempt's task. Waits without polling: for a message that was sent from here, or for the store's word of one.
///
/// The decisions are ``InboxReading``'s.
final class InboxReader: Sendable {
    private typealias Reading = InboxReading<CheckedContinuation<InboxTurn, Never>>

    private let engine: Engine
    private let id: TaskID
    private let token: LeaseToken
    private let state = Lock(Reading())
    private let stopObserving: Lock<(@Sendable () -> Void)?> = Lock(nil)

    /// Begins to listen for messages.
    init(engine: Engine, id: TaskID, token: LeaseToken) {
        self.engine = engine
        self.id = id
        self.token = token
        let stop = engine.watchers.observe([id], for: .messages) { [weak self] _ in self?.change { $0.arrived() } }
        stopObserving.withLock { $0 = stop }
    }

    deinit { stopObserving.withLock { $0 }?() }

    /// What the end of the task acknowledges.
    var dealtWith: Int { state.withLock { $0.dealtWith } }

    /// Says that the tool has returned, and so dealt with what it was given.
    func toolReturned() { state.withLock { $0.toolReturned() } }

    /// Says that the attempt is over.
    func end() {
        for wake in state.withLock({ $0.end() }) { wake.reader.resume(returning: wake.turn) }
    }

    /// Acknowledges what was given and comes to the next message.
    ///
    /// - Parameter limit: how long to wait; nil waits as long as the attempt lasts.
    /// - Returns: nil when none came in time, or the attempt is over.
    /// - Throws: `CancellationError`; `Engine.LostLease`; ``StoreError`` when the store will never be read again.
    func next(waitingAtMost limit: Duration?) async throws -> TaskMessage? {
        let deadline = limit.map { engine.clock.uptime + $0 }
        var isFirst = true
        while true {
            switch await turn(isFirst: isFirst, until: deadline) {
            case .take(let acknowledging):
                if let message = try await take(1, acknowledging: acknowledging) { return message }
            case .over, .timeUp: return nil
            case .cancelled: throw CancellationError()
            }
            isFirst = false
        }
    }

    /// Acknowledges what was given.
    ///
    /// - Throws: as ``next(waitingAtMost:)``.
    func acknowledge() async throws {
        while state.withLock({ $0.isOwing }) {
            switch await turn(isFirst: true, until: nil) {
            case .take(let acknowledging): _ = try await take(0, acknowledging: acknowledging)
            case .over, .timeUp: return
            case .cancelled: throw CancellationError()
            }
        }
    }

    // MARK: - Taking

    private func take(_ limit: Int, acknowledging: Int) async throws -> TaskMessage? {
        let request = TakeRequest(
            id,
            token: token,
            acknowledging: acknowledging,
            limit: limit,
            maximumDeliveries: engine.configuration.maximumDeliveries,
            now: engine.clock.now
        )
        do {
            switch try await engine.store.take(request) {
            case .messages(let messages):
                let message = messages.first
                change { $0.looked(found: message?.sequence, acknowledging: acknowledging, mayBeMore: message != nil || limit == 0) }
                return message
            case .lost:
                end()
                throw Engine.LostLease()
            }
        } catch let error as StoreError {
            state.withLock { $0.failed() }
            guard Engine.mayPass(error) else {
                end()
                throw error
            }
            engine.problem("the messages of \(id) cannot be read yet: \(error)")
            engine.deadlines.schedule(after: .seconds(1)) { [weak self] in self?.change { $0.pauseOver() } }
            return nil
        }
    }

    // MARK: - Waiting

    /// Waits for the turn to look.
    private func turn(isFirst: Bool, until deadline: Duration?) async -> InboxTurn {
        let left = deadline.map { $0 - engine.clock.uptime }
        let key = state.withLock { $0.enter() }
        var timer: DeadlineHeap.Ticket?
        let turn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let turn = state.withLock { $0.ask(key, continuation, isFirst: isFirst, mayWait: left.map { $0 > .zero } ?? true) }
                if let turn { return continuation.resume(returning: turn) }
                timer = left.map { engine.deadlines.schedule(after: $0) { [weak self] in self?.leave(key, .timeUp) } }
            }
        } onCancel: {
            leave(key, .cancelled)
        }
        if let timer { engine.deadlines.cancel(timer) }
        state.withLock { $0.exit(key) }
        return turn
    }

    private func leave(_ key: Int, _ turn: InboxTurn) { change { $0.leave(key, turn) } }

    private func change(_ body: (inout Reading) -> Reading.Wake?) {
        guard let wake = state.withLock({ body(&$0) }) else { return }
        wake.reader.resume(returning: wake.turn)
    }
}
