import LegworkCore

/// The threads that own the reading connections, and the queue before them.
final class ReadingThreads: Sendable {
    private typealias Job = @Sendable (Reader) -> Void

    private let queue = WorkQueue<Job>()
    private let latches: [Latch]
    private let writing: WritingThread

    /// Starts a thread per reader. What one finds damaged goes to the writing thread.
    init(_ readers: [Handover<Reader>], writing: WritingThread) throws(StoreError) {
        self.writing = writing
        var latches: [Latch] = []
        var refusal: Int32?
        for reader in readers where refusal == nil {
            let latch = Latch()
            refusal = BlockingThread.start { [queue] in
                Self.serve(queue, reader)
                latch.open()
            }
            if refusal == nil { latches.append(latch) }
        }
        self.latches = latches
        if let refusal {
            queue.close()
            throw StoreFiles.noThread(refusal)
        }
    }

    /// Reads on one of the threads.
    func run<Answer: Sendable>(
        _ body: @escaping @Sendable (Reader) throws(StoreError) -> Answer
    ) async throws(StoreError) -> Answer {
        let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
            let isQueued = queue.push { [writing] reader in
                let answer: Result<Answer, StoreError>
                do throws(StoreError) {
                    answer = .success(try body(reader))
                } catch {
                    answer = .failure(error)
                }
                let damaged = reader.takeDamaged()
                // Before the answer, so that whoever asks for the quarantine next finds it there.
                if !damaged.isEmpty { writing.send { (writer) throws(StoreError) in try writer.inspect(damaged) } }
                continuation.resume(returning: answer)
            }
            if !isQueued { continuation.resume(returning: .failure(StoreError(.closed, "the store was closed"))) }
        }
        return try result.get()
    }

    /// Lets nothing more in; what is queued is still read.
    func end() { queue.close() }

    /// Waits until the connections are closed.
    func ended() async { for latch in latches { await latch.wait() } }

    private static func serve(_ queue: WorkQueue<Job>, _ handover: Handover<Reader>) {
        guard let reader = handover.take() else { return }
        while let jobs = queue.take(while: { _ in false }) {
            for job in jobs { job(reader) }
        }
    }
}
