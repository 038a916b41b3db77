import LegworkCore
import Synchronization

/// The attempts that this process executes: the recorded ones, and the calls that somebody waits for.
final class LiveAttempts: Sendable {
    private struct State {
        var attempts: [TaskID: Attempt] = [:]
        /// Calls that nothing is recorded of yet. Those whose tool returns at once never come here.
        var calls: [ObjectIdentifier: Attempt] = [:]
        /// How many tasks are just being recorded or claimed, to be executed here.
        var starting = 0
        /// Tasks that were asked to stop while something was starting and before their attempts were here.
        var cancelledBefore: Set<TaskID> = []
        var whenEmpty: [CheckedContinuation<Void, Never>] = []

        var isEmpty: Bool { attempts.isEmpty && calls.isEmpty && starting == 0 }

        mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
            guard isEmpty else { return [] }
            defer { whenEmpty = [] }
            return whenEmpty
        }
    }

    private let state = Lock(State())

    subscript(_ id: TaskID) -> Attempt? { state.withLock { $0.attempts[id] } }

    /// How many are recorded.
    var count: Int { state.withLock { $0.attempts.count } }

    var all: [Attempt] { state.withLock { Array($0.attempts.values) + Array($0.calls.values) } }

    /// Those that are recorded, or just being.
    var recorded: [Attempt] { state.withLock { Array($0.attempts.values) } }

    /// Adds an attempt. An earlier one of the same task, from which the task was taken meanwhile, is told so; and the attempt is told when
    /// somebody has found its record and asked it to stop before it was here.
    func add(_ attempt: Attempt, as id: TaskID) {
        let (earlier, isCancelled) = state.withLock { state in
            (state.attempts.updateValue(attempt, forKey: id), state.cancelledBefore.remove(id) != nil)
        }
        if let earlier, earlier !== attempt { earlier.loseLease() }
        if isCancelled { attempt.cancel() }
    }

    /// Tells the attempt of a task that this process executes to stop, also one that is just coming.
    func cancel(_ id: TaskID) {
        let attempt = state.withLock { state in
            let attempt = state.attempts[id]
            if attempt == nil, state.starting > 0 { state.cancelledBefore.insert(id) }
            return attempt
        }
        attempt?.cancel()
    }

    /// Forgets an attempt, unless a later one of its task has taken its place.
    func remove(_ attempt: Attempt, of id: TaskID) { change { if $0.attempts[id] === attempt { $0.attempts[id] = nil } } }

    func add(call attempt: Attempt) { state.withLock { $0.calls[ObjectIdentifier(attempt)] = attempt } }

    /// Forgets a call; one that is not there is no mistake.
    func forget(call attempt: Attempt) { change { $0.calls[ObjectIdentifier(attempt)] = nil } }

    /// Says that an attempt may come, or that one is to be told of, which ``drained()`` has to wait for, until ``endStarting()``.
    func beginStarting() { state.withLock { $0.starting += 1 } }

    func endStarting() {
        change { state in
            state.starting -= 1
            if state.starting == 0 { state.cancelledBefore = [] }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when none is left and none can come any more, provided that nobody begins to start one.
    func drained() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.isEmpty { state.whenEmpty.append(continuation) }
                return state.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
