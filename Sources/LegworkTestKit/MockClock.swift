public import LegworkCore
import Synchronization

/// A clock that stands still until a test moves it.
public final class MockClock: TaskClock {
    private struct Sleeper {
        var deadline: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var uptime = Duration.zero
        var nextKey = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Sleeps that were cancelled before they were registered.
        var cancelled: Set<Int> = []
        var onSleep: [(deadline: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Lock(State())
    private let origin: Timestamp

    /// Makes a clock that shows a given time.
    public init(_ origin: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)) {
        self.origin = origin
    }

    /// The time as the test has set it.
    public var now: Timestamp { origin + uptime }

    /// The time since the clock was made, as the test has set it.
    public var uptime: Duration { state.withLock { $0.uptime } }

    /// Waits until a test has moved the clock far enough.
    public func sleep(until deadline: Duration) async throws {
        let key = state.withLock { state in
            state.nextKey += 1
            return state.nextKey
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                var observers: [CheckedContinuation<Void, Never>] = []
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(key) != nil { return .failure(CancellationError()) }
                    if deadline <= state.uptime { return .success(()) }
                    state.sleepers[key] = Sleeper(deadline: deadline, continuation: continuation)
                    observers = state.onSleep.filter { $0.deadline >= deadline }.map(\.continuation)
                    state.onSleep.removeAll { $0.deadline >= deadline }
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
                for observer in observers { observer.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                if let sleeper = state.sleepers.removeValue(forKey: key) { return sleeper }
                state.cancelled.insert(key)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock forward and wakes those whose time has come, the earliest first.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.uptime += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.uptime }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns when somebody sleeps who would be awake after the given time.
    public func sleeperDue(within duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let deadline = state.uptime + duration
                if state.sleepers.values.contains(where: { $0.deadline <= deadline }) { return true }
                state.onSleep.append((deadline, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
