import LegworkCore
import Synchronization

/// Something that happens once, and that a test can wait for.
public final class TestSignal: Sendable {
    private struct State {
        var hasFired = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())

    /// Makes a signal that has not fired.
    public init() {}

    /// Whether it has happened.
    public var hasFired: Bool { state.withLock { $0.hasFired } }

    /// Says that it has happened. More than once is no mistake.
    public func fire() {
        let waiting = state.withLock { state in
            state.hasFired = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when it has happened, whether or not the waiting Swift task is cancelled.
    public func wait() async {
        await withCheckedContinuation { continuation in
            let hasFired = state.withLock { state in
                if !state.hasFired { state.waiting.append(continuation) }
                return state.hasFired
            }
            if hasFired { continuation.resume() }
        }
    }

    /// Returns when it has happened, or throws as soon as the waiting Swift task is cancelled.
    public func waitUnlessCancelled() async throws {
        let either = TestSignal()
        let forward = Task {
            await self.wait()
            either.fire()
        }
        await withTaskCancellationHandler {
            await either.wait()
        } onCancel: {
            either.fire()
        }
        forward.cancel()
        try Task.checkCancellation()
    }
}
