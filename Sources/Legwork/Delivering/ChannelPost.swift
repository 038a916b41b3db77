import LegworkCore
import Synchronization

/// Sends to one channel what is due there.
///
/// The decisions are ``DeliveryLane``'s. What waits is not kept here but read when its time comes, so that nothing grows and nothing is lost
/// with the process. It sleeps until it is woken or until the time of the next one comes.
final class ChannelPost: Sendable {
    /// How long the messages that are being sent have when the process is to stop.
    static let grace = Duration.seconds(5)
    /// The longest sleep before the next time: the wall clock may be set meanwhile.
    static let longestRest = Duration.seconds(600)

    struct State {
        var lane: DeliveryLane
        var figures = DeliveryFigures.Channel()
        var isStopping = false
        var calls: [DeliveryID: PieceCall] = [:]
        /// How many deliveries are being sent or recorded.
        var active = 0
        var whenIdle: [CheckedContinuation<Void, Never>] = []
        /// The one in whose place this is: the same must not be sent by both.
        var predecessor: ChannelPost?
    }

    let entry: ChannelEntry
    let state: Lock<State>
    private let signals: AsyncStream<Void>
    private let signalling: AsyncStream<Void>.Continuation

    /// - Parameter predecessor: the one that sent to the channel of this name before, and is stopped.
    init(_ entry: ChannelEntry, _ policy: DeliveryPolicy, after predecessor: ChannelPost? = nil) {
        self.entry = entry
        state = Lock(
            State(
                lane: DeliveryLane(concurrency: entry.concurrency, interval: entry.interval, policy),
                // What was counted goes on being counted.
                figures: predecessor?.state.withLock { $0.figures } ?? DeliveryFigures.Channel(),
                predecessor: predecessor
            )
        )
        (signals, signalling) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that something may be due that was not.
    func wake() {
        state.withLock { $0.lane.lookAgain() }
        signalling.yield()
    }

    /// Says that the lane may decide otherwise now.
    func decideAgain() { signalling.yield() }

    // MARK: - Running

    /// Sends what is due until it is stopped or cancelled, and returns when nothing is being sent any more.
    func run(_ engine: Engine) async {
        await withTaskCancellationHandler {
            await state.withLock { $0.predecessor }?.idle()
            state.withLock { $0.predecessor = nil }
            await withDiscardingTaskGroup { group in
                signalling.yield()
                var alarm: DeadlineHeap.Ticket?
                for await _ in signals {
                    if let alarm { engine.deadlines.cancel(alarm) }
                    guard let rest = await work(engine, in: &group) else { break }
                    alarm = rest.until.map { time in
                        engine.deadlines.schedule(after: max(.zero, time - engine.clock.uptime)) { [weak self] in self?.decideAgain() }
                    }
                }
            }
        } onCancel: {
            stop(engine)
        }
    }

    /// Begins what can be sent now.
    ///
    /// - Returns: until when there is nothing to do; nil when there never will be any more.
    private func work(_ engine: Engine, in group: inout DiscardingTaskGroup) async -> (until: Duration?, Void)? {
        while true {
            let now = engine.clock.uptime
            switch state.withLock({ $0.isStopping ? nil : $0.lane.step(at: now) }) {
            case nil: return nil
            case .rest(let until): return (until, ())
            case .look(let limit):
                do throws(StoreError) {
                    let time = engine.clock.now
                    let due = try await engine.store.dueDeliveries(DueDeliveryQuery(channel: entry.name, now: time, limit: limit))
                    let next = due.next.map { now + min($0 - time, Self.longestRest) }
                    for delivery in take(due.deliveries, next, now) { group.addTask { await self.handle(delivery, engine) } }
                } catch {
                    engine.problem("what is due for the channel '\(entry.name)' cannot be read: \(error)")
                    if error.code == .closed { return nil }
                    state.withLock { $0.lane.lookFailed(at: now) }
                }
            }
        }
    }

    private func take(_ due: [Delivery], _ next: Duration?, _ now: Duration) -> [Delivery] {
        state.withLock { state in
            if state.isStopping { return [] }
            let taken = state.lane.take(due, next: next, at: now)
            state.active += taken.count
            return taken
        }
    }

    private func handle(_ delivery: Delivery, _ engine: Engine) async {
        let ended = await deliver(delivery, engine)
        state.withLock { $0.lane.left(delivery.id) }
        signalling.yield()
        // Others go on meanwhile.
        for delivery in ended { await engine.note(delivery) }
        let waiting = state.withLock { state in
            state.active -= 1
            guard state.active == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.whenIdle = [] }
            return state.whenIdle
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: - Stopping

    /// Begins nothing new, and gives the messages that are being sent a moment to arrive.
    func stop(_ engine: Engine) {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        signalling.finish()
        guard isFirst else { return }
        _ = engine.deadlines.schedule(after: Self.grace) { [self] in
            for call in state.withLock({ Array($0.calls.values) }) { call.giveUp() }
        }
    }

    /// Returns when nothing is being sent.
    func idle() async {
        await state.withLock { $0.predecessor }?.idle()
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.active > 0 { state.whenIdle.append(continuation) }
                return state.active == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
