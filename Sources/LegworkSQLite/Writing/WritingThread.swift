import LegworkCore

/// The thread that owns the writing connection, and the queue before it.
final class WritingThread: Sendable {
    private let queue = WorkQueue<WriteJob>()
    private let latch = Latch()
    private let tally = StoreTally()

    /// Starts the thread. It keeps the writer and the file's lock until the queue is closed and empty.
    init(_ writer: consuming sending Writer, lock: StoreLock) throws(StoreError) {
        let handover = Handover(writer)
        let refusal = BlockingThread.start { [queue, latch, tally] in
            Self.serve(queue, handover, tally)
            // The connection is closed by now, so that whoever gets the lock finds the file at rest.
            lock.release()
            latch.open()
        }
        if let refusal { throw StoreFiles.noThread(refusal) }
    }

    /// Does work in a transaction, and returns when it is durable.
    func run<Answer: Sendable>(
        size: Int = 0,
        _ body: @escaping @Sendable (Writer) throws(StoreError) -> Answer
    ) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            let job = WriteRequest(size: size, continuation: continuation, body: body)
            if !queue.push(job) { continuation.resume(returning: .failure(StoreError(.closed, "the store was closed"))) }
        }
        return try result.get()
    }

    /// Queues work that nobody waits for.
    func send(_ body: @escaping @Sendable (Writer) throws(StoreError) -> Void) {
        _ = queue.push(WriteRequest<Void>(size: 0, continuation: nil, body: body))
    }

    var statistics: StoreStatistics { tally.statistics }

    /// Lets nothing more in; what is queued is still written.
    func end() { queue.close() }

    /// Waits until the connection is closed and the lock is free.
    func ended() async { await latch.wait() }

    private static func serve(_ queue: WorkQueue<WriteJob>, _ handover: Handover<Writer>, _ tally: StoreTally) {
        guard let writer = handover.take() else { return }
        while true {
            var (count, bytes) = (1, 0)
            let jobs = queue.take { job in
                count += 1
                bytes += job.size
                return count <= Writer.maximumBatch && bytes <= Writer.maximumBatchBytes
            }
            guard let jobs else { break }
            let start = ContinuousClock.now
            writer.run(jobs)
            tally.record(jobs.count, in: .now - start)
        }
        writer.checkpoint()
    }
}

/// Carries something that only one thread may use to that thread.
final class Handover<Value>: @unchecked Sendable {
    private var value: Value?

    init(_ value: sending Value) { self.value = value }

    /// Gives the value out, once.
    func take() -> Value? {
        defer { value = nil }
        return value
    }
}
