import LegworkCore
import Synchronization

/// A connection to Redis that many may use at once: what several callers send shares round trips. It connects when first used, and again
/// whenever it has to. Commands wait while Redis is away, as long and as many as the configuration allows.
package final class RedisConnection: Sendable {
    package let configuration: RedisConfiguration
    private let pipeline: RedisPipeline
    private let end = EndOfThread()

    /// Starts the thread; it does not connect yet.
    package init(_ configuration: RedisConfiguration) throws(RedisError) {
        try configuration.check()
        self.configuration = configuration
        pipeline = RedisPipeline(RedisBacklog(limit: configuration.queueLimit, bytes: configuration.queueBytes))
        let end = end
        try RedisThread.start(configuration, pipeline) { end.reach() }
    }

    deinit { pipeline.close() }

    /// Sends commands in one piece, nobody else's between them.
    ///
    /// - Parameter isRepeatable: whether executing them twice does no harm. They are then sent again when the connection breaks.
    /// - Returns: one answer for each; an error that Redis answers with is one of them.
    package func send(_ commands: [RedisCommand], isRepeatable: Bool) async throws(RedisError) -> [RedisReply] {
        if commands.isEmpty { return [] }
        let deadline = ContinuousClock.now.advanced(by: configuration.commandTimeout)
        let order = RedisOrder(commands, isRepeatable: isRepeatable, deadline: deadline)
        pipeline.submit(order)
        return try await order.answer().get()
    }

    /// Sends one command; an error that Redis answers with is thrown.
    package func send(_ command: RedisCommand, isRepeatable: Bool) async throws(RedisError) -> RedisReply {
        guard let reply = try await send([command], isRepeatable: isRepeatable).first else { return .nothing }
        return try checked(reply)
    }

    /// The answer, unless it is an error.
    package func checked(_ reply: RedisReply) throws(RedisError) -> RedisReply {
        guard case .error(let text) = reply else { return reply }
        throw RedisError(answer: text, server: configuration.address.description)
    }

    /// Gives up what was not sent, and returns when the thread has ended. What was sent is still answered.
    package func close() async {
        pipeline.close()
        await end.wait()
    }
}

/// The end of a thread, and who waits for it.
private final class EndOfThread: Sendable {
    private struct State {
        var isReached = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())

    func reach() {
        let waiting = state.withLock { state in
            state.isReached = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.waiting.append(continuation) }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }
}
