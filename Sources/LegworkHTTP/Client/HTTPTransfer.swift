import LegworkCore
import LegworkEventLoop
import Synchronization

/// One request of a client, between libcurl on the loop and the task that waits.
final class HTTPTransfer: Sendable {
    private struct State {
        var machine = HTTPTransferMachine()
        var headWaiter: CheckedContinuation<Void, any Error>?
        var pieceWaiter: CheckedContinuation<[UInt8]?, any Error>?
        var isReading = false
        var lastActivity = ContinuousClock.now
        var hasRefusedAddress = false
    }

    let request: HTTPClientRequest
    private let driver: CurlDriver
    private let state = Lock(State())

    init(request: HTTPClientRequest, driver: CurlDriver) {
        self.request = request
        self.driver = driver
    }

    // MARK: The user's side

    /// Starts the transfer and waits for the head.
    func run() async throws -> HTTPClientResponse {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let error = state.withLock { state -> HTTPError? in
                    if case .ended(let error?) = state.machine.phase { return error }
                    state.headWaiter = continuation
                    return nil
                }
                if let error { continuation.resume(throwing: error) } else { driver.start(self) }
            }
        } onCancel: {
            abort(HTTPError(.cancelled, "The request was cancelled."))
        }
        return state.withLock { state in
            HTTPClientResponse(status: state.machine.status, headers: state.machine.headers, body: HTTPClientBody(self))
        }
    }

    func nextPiece() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in take(for: continuation) }
        } onCancel: {
            abort(HTTPError(.cancelled, "Reading the body was cancelled."))
        }
    }

    private func take(for continuation: CheckedContinuation<[UInt8]?, any Error>) {
        let piece = state.withLock { state -> HTTPTransferMachine.Piece in
            guard state.pieceWaiter == nil else { return .failed(HTTPError(.invalidRequest, "A body has one reader at a time.")) }
            let piece = state.machine.take()
            if case .wait = piece { state.pieceWaiter = continuation }
            state.lastActivity = .now
            return piece
        }
        switch piece {
        case .wait: break
        case .end: continuation.resume(returning: nil)
        case .failed(let error): continuation.resume(throwing: error)
        case .bytes(let bytes, let resumes):
            if resumes { driver.resume(self) }
            continuation.resume(returning: bytes)
        }
    }

    /// Ends the transfer at once and closes its connection. Does nothing when it has ended.
    func abort(_ error: HTTPError) {
        driver.abort(self, error)
    }

    // MARK: libcurl's side, on the loop

    /// False to abort.
    func headLine(_ bytes: [UInt8]) -> Bool {
        let result = state.withLock { state -> Result<CheckedContinuation<Void, any Error>?, HTTPError> in
            state.lastActivity = .now
            do throws(HTTPError) {
                guard try state.machine.headLine(bytes) else { return .success(nil) }
                defer { state.headWaiter = nil }
                return .success(state.headWaiter)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let waiter):
            waiter?.resume()
            return true
        case .failure(let error):
            end(error)
            return false
        }
    }

    /// False to pause.
    func receive(_ bytes: [UInt8]) -> Bool {
        let (isAccepted, ready) = state.withLock { state -> (Bool, (CheckedContinuation<[UInt8]?, any Error>, [UInt8])?) in
            state.lastActivity = .now
            guard state.machine.receive(bytes) else { return (false, nil) }
            guard let waiter = state.pieceWaiter, case .bytes(let all, _) = state.machine.take() else { return (true, nil) }
            state.pieceWaiter = nil
            return (true, (waiter, all))
        }
        if let (waiter, bytes) = ready { waiter.resume(returning: bytes) }
        return isAccepted
    }

    /// Tells the waiting task. False when the transfer had ended before.
    @discardableResult
    func end(_ error: HTTPError?) -> Bool {
        let (isFirst, head, piece, outcome) = state.withLock { state in
            let isFirst = !state.machine.isEnded
            state.machine.end(error)
            defer {
                state.headWaiter = nil
                state.pieceWaiter = nil
            }
            var outcome: HTTPError?
            if case .ended(let error) = state.machine.phase { outcome = error }
            return (isFirst, state.headWaiter, state.pieceWaiter, outcome)
        }
        if let outcome {
            head?.resume(throwing: outcome)
            piece?.resume(throwing: outcome)
        } else {
            head?.resume()
            piece?.resume(returning: nil)
        }
        return isFirst
    }

    var isEnded: Bool { state.withLock { $0.machine.isEnded } }

    /// How long nothing has moved; zero while the reader is what the transfer waits for.
    var idleTime: Duration {
        state.withLock { $0.machine.isPaused ? .zero : $0.lastActivity.duration(to: .now) }
    }

    /// Whether an address of the host was one that the request is not to go to.
    var hasRefusedAddress: Bool { state.withLock { $0.hasRefusedAddress } }

    func refuseAddress() { state.withLock { $0.hasRefusedAddress = true } }

    func noteActivity() {
        state.withLock { $0.lastActivity = .now }
    }
}
