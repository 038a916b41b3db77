import LegworkCore
import Synchronization

/// The place of one attempt in the pool of workers and within the limits of its queue. While the attempt waits for another task it gives the
/// place back, so that those who wait for each other cannot fill the pool.
final class WorkerSlot: Sendable {
    private struct State {
        var waits = 0
        var isOver = false
    }

    let lane: ClaimLane
    private let pool: WorkerPool
    private let state = Lock(State())

    init(_ pool: WorkerPool, _ lane: ClaimLane) {
        self.pool = pool
        self.lane = lane
    }

    /// The attempt begins to wait; several waits at once are as good as one.
    func beginWait() {
        let isFirst = state.withLock { state in
            state.waits += 1
            return state.waits == 1 && !state.isOver
        }
        if isFirst { pool.leave(lane) }
    }

    /// A wait is over.
    func endWait() {
        let isLast = state.withLock { state in
            state.waits -= 1
            return state.waits == 0 && !state.isOver
        }
        if isLast { pool.reenter(lane) }
    }

    /// The attempt is over. More than once is no mistake.
    func end() {
        let hasPlace = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver && state.waits == 0
        }
        if hasPlace { pool.leave(lane) }
    }
}
