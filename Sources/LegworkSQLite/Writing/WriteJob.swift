import LegworkCore

/// A request that waits for the writing thread.
///
/// Only the writing thread touches it once it is queued, hence unchecked.
class WriteJob: @unchecked Sendable {
    /// About how many bytes it writes.
    let size: Int

    init(size: Int) { self.size = size }

    /// Does the work inside the open transaction.
    func execute(_ writer: Writer) throws(StoreError) {}

    /// Keeps the reason why this request alone failed; what it wrote is undone.
    func fail(_ error: StoreError) {}

    /// Answers, now that the transaction is over: with what happened, or with why the whole transaction failed.
    func finish(_ failure: StoreError?) {}
}

/// A request with its answer and the task that waits for it.
final class WriteRequest<Answer: Sendable>: WriteJob, @unchecked Sendable {
    typealias Body = @Sendable (Writer) throws(StoreError) -> Answer

    private let body: Body
    private let continuation: CheckedContinuation<Result<Answer, StoreError>, Never>?
    private var answer: Result<Answer, StoreError>?

    /// Makes a request; without a continuation nobody waits for it.
    init(size: Int, continuation: CheckedContinuation<Result<Answer, StoreError>, Never>?, body: @escaping Body) {
        self.body = body
        self.continuation = continuation
        super.init(size: size)
    }

    override func execute(_ writer: Writer) throws(StoreError) { answer = .success(try body(writer)) }

    override func fail(_ error: StoreError) { answer = .failure(error) }

    override func finish(_ failure: StoreError?) {
        let interrupted = StoreError(.unavailable, "the store did not come to this request")
        continuation?.resume(returning: failure.map(Result.failure) ?? answer ?? .failure(interrupted))
    }
}
