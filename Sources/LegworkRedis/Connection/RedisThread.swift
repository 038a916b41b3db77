import LegworkCore

/// The thread that owns a connection: it sends what waits, several callers' commands in one round trip, and connects again when it has to.
struct RedisThread {
    private let configuration: RedisConfiguration
    private let pipeline: RedisPipeline
    private var backoff = Backoff()

    /// Starts a thread that works until the pipeline is closed.
    ///
    /// - Parameter whenOver: is called at the thread's end.
    static func start(
        _ configuration: RedisConfiguration,
        _ pipeline: RedisPipeline,
        whenOver: @escaping @Sendable () -> Void
    ) throws(RedisError) {
        let fault = BlockingThread.start {
            var thread = RedisThread(configuration: configuration, pipeline: pipeline)
            thread.run()
            whenOver()
        }
        guard let fault else { return }
        throw RedisError(.unavailable, "the system gives no further thread (error \(fault)), which a connection to Redis needs")
    }

    private init(configuration: RedisConfiguration, pipeline: RedisPipeline) {
        self.configuration = configuration
        self.pipeline = pipeline
    }

    private mutating func run() {
        var link: RedisLink?
        while let batch = pipeline.nextBatch() {
            if link == nil {
                do throws(RedisError) {
                    link = try RedisLink.connect(configuration)
                    pipeline.connected()
                } catch {
                    // What time does not mend is said to all who wait; and the next to come finds out whether it has been mended.
                    if !error.isTransient { pipeline.failAll(batch, for: error) }
                    pipeline.pause(backoff.failed(), because: error, keeping: error.isTransient ? batch : [])
                    continue
                }
            }
            // A link moves out while it is used, so that an error leaves none behind.
            guard var used = link.take() else { continue }
            if let (error, unanswered) = exchange(batch, over: &used) {
                pipeline.pause(backoff.failed(), because: error, keeping: unanswered)
            } else {
                backoff.succeeded()
                link = consume used
            }
        }
    }

    /// Sends a batch and hands out the answers.
    ///
    /// - Returns: what broke the connection, and the orders that may be sent again.
    private func exchange(_ batch: [RedisOrder], over link: inout RedisLink) -> (RedisError, again: [RedisOrder])? {
        var next = 0
        var replies: [RedisReply] = []
        do throws(RedisError) {
            try link.exchange(batch.flatMap(\.commands), within: configuration.commandTimeout) { reply in
                replies.append(reply)
                guard replies.count == batch[next].commands.count else { return }
                batch[next].finish(.success(replies))
                next += 1
                replies = []
            }
            return nil
        } catch {
            // What is no matter of the connection concerns the order whose answer was due, and not those behind it.
            let isFault = error.isTransient
            if !isFault { batch[next].finish(.failure(error)) }
            let left = batch[(isFault ? next : next + 1)...]
            for order in left where !order.isRepeatable { order.finish(.failure(isFault ? error : Self.cutOff)) }
            return (error, left.filter(\.isRepeatable))
        }
    }

    private static let cutOff = RedisError(.connectionLost, "the connection to Redis was given up because of another command's answer")
}
