import LegworkCore
import Synchronization

/// Hears of changes in the name of one client, and hands them on in bundles: however often a thing changes meanwhile, it is told once.
final class MCPChanges: Sendable {
    /// Something that changes.
    enum Topic: Sendable, Hashable {
        /// A task's record.
        case task(TaskID)
        /// What a resource holds, by its URI.
        case resource(String)
    }

    private struct State {
        var queue = MCPChangeQueue<Topic>()
        /// What ends the watch over each thing.
        var ends: [Topic: @Sendable () -> Void] = [:]
        var rest: Task<Void, Never>?
        var isOver = false
    }

    /// How long changes are collected after some have been told.
    static let pause = Duration.milliseconds(250)

    private let clock: any TaskClock
    private let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let state = Lock(State())

    init(clock: any TaskClock) {
        self.clock = clock
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    deinit { end() }

    /// How many things are watched.
    var count: Int { state.withLock { $0.ends.count } }

    /// Whether a thing is watched.
    func isWatching(_ topic: Topic) -> Bool { state.withLock { $0.ends[topic] != nil } }

    /// Begins to watch a thing.
    ///
    /// - Parameter begin: begins it, and gives what ends it. What it is handed is to be called at each change.
    func watch(_ topic: Topic, _ begin: (_ changed: @escaping @Sendable () -> Void) -> @Sendable () -> Void) {
        let end = begin { [weak self] in self?.changed(topic) }
        let surplus = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.isOver else { return end }
            defer { state.ends[topic] = end }
            return state.ends[topic]
        }
        surplus?()
    }

    /// Ends the watch over a thing. One that is not watched is no mistake.
    func forget(_ topic: Topic) {
        let end = state.withLock { state in
            state.queue.remove(topic)
            return state.ends.removeValue(forKey: topic)
        }
        end?()
    }

    /// Takes a change as if it had just happened.
    func changed(_ topic: Topic) {
        let isNews = state.withLock { state in
            guard state.ends[topic] != nil else { return false }
            state.queue.add(topic)
            return true
        }
        if isNews { continuation.yield() }
    }

    /// Hands on changes until ``end()`` is called or the calling Swift task is cancelled. To be called once.
    ///
    /// - Throws: `CancellationError`, unless it was ended first; and what the body throws.
    func tell(_ body: ([Topic]) async throws -> Void) async throws {
        for await _ in signals {
            let topics = state.withLock { $0.queue.take() }
            if !topics.isEmpty { try await body(topics) }
            await rest()
        }
        if !state.withLock({ $0.isOver }) { throw CancellationError() }
    }

    /// Lets changes gather for a while. Its end is not slept through.
    private func rest() async {
        let rest = Task { [clock] in _ = try? await clock.sleep(until: clock.uptime + Self.pause) }
        let isOver = state.withLock { state in
            state.rest = rest
            return state.isOver
        }
        if isOver { rest.cancel() }
        await withTaskCancellationHandler {
            await rest.value
        } onCancel: {
            rest.cancel()
        }
    }

    /// Ends all watches. More than once is no mistake.
    func end() {
        let (ends, rest) = state.withLock { state in
            state.isOver = true
            defer { state.ends = [:] }
            return (Array(state.ends.values), state.rest)
        }
        continuation.finish()
        rest?.cancel()
        for end in ends { end() }
    }
}
