import LegworkCore
import Synchronization

/// The recorded attempts that this process executes.
final class LiveAttempts: Sendable {
    private struct State {
        var attempts: [TaskID: Attempt] = [:]
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())

    subscript(_ id: TaskID) -> Attempt? { state.withLock { $0.attempts[id] } }

    var count: Int { state.withLock { $0.attempts.count } }

    var all: [Attempt] { state.withLock { Array($0.attempts.values) } }

    func add(_ attempt: Attempt, as id: TaskID) { state.withLock { $0.attempts[id] = attempt } }

    func remove(_ id: TaskID) {
        let waiting = state.withLock { state in
            state.attempts[id] = nil
            guard state.attempts.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when none is left.
    func drained() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.attempts.isEmpty { state.whenEmpty.append(continuation) }
                return state.attempts.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
