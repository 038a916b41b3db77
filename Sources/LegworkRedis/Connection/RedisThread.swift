import Glibc

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
        let isStarted = startThread {
            var thread = RedisThread(configuration: configuration, pipeline: pipeline)
            thread.run()
            whenOver()
        }
        guard isStarted else { throw RedisError(.unavailable, "the system gives no further thread, which a connection to Redis needs") }
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

/// What a thread is to do.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    guard unsafe pthread_create(&thread, nil, runThread, box.toOpaque()) == 0 else {
        unsafe box.release()
        return false
    }
    pthread_detach(thread)
    return true
}

private func runThread(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // hiredis writes to sockets in a way that would end the process when the other end is gone.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    if let box = unsafe box { unsafe Unmanaged<ThreadBody>.fromOpaque(box).takeRetainedValue().run() }
    return nil
}
