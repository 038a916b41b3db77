import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// Climbs the ``StopLadder`` of every command that is being stopped. However many there are, one look at the process table serves all.
final class ProcessSweeper: Sendable {
    /// A command that is being stopped.
    private struct Climb: Sendable {
        let process: LaunchedProcess
        var tree: ProcessTree
        var ladder: StopLadder
        var due: Duration
        let whenOver: @Sendable ([ProcessTable.Entry]) -> Void
    }

    private struct State {
        var climbs: [Int: Climb] = [:]
        var nextKey = 0
        var isRoundQueued = false
        /// Fires when the next climb is due.
        var timer: EventLoop.Timer?
        /// The marks of processes that were looked at in this or an earlier round.
        var markers: [ProcessIdentity: ProcessTable.Variable] = [:]
    }

    private let loop: EventLoop
    private let clock = SystemClock()
    private let state = Lock(State())
    /// Takes the status of an orphan.
    private let reap: @Sendable (Int32) -> Void

    /// - Parameter loop: where the process table is read, which may take milliseconds.
    init(loop: EventLoop, reap: @escaping @Sendable (Int32) -> Void) {
        self.loop = loop
        self.reap = reap
    }

    /// Begins to stop a command. It must not be reaped before `whenOver` is called, with those that would not die.
    ///
    /// - Returns: a key for `lookAgain` and `hurry`.
    func begin(
        _ process: LaunchedProcess,
        marker: String,
        grace: Duration,
        whenOver: @escaping @Sendable ([ProcessTable.Entry]) -> Void
    ) -> Int {
        let now = clock.uptime
        let climb = Climb(
            process: process,
            tree: ProcessTree(leader: process.identity, marker: marker),
            ladder: StopLadder(leader: process.identity, grace: grace, now: now),
            due: now,
            whenOver: whenOver
        )
        let key = state.withLock { state in
            state.nextKey += 1
            state.climbs[state.nextKey] = climb
            return state.nextKey
        }
        queueRound()
        return key
    }

    /// Says that something has changed, so that it is worth looking at once.
    func lookAgain(_ key: Int) {
        let now = clock.uptime
        let isThere = state.withLock { state in
            state.climbs[key]?.due = now
            return state.climbs[key] != nil
        }
        if isThere { queueRound() }
    }

    /// Shortens the grace.
    func hurry(_ key: Int, grace: Duration) {
        let now = clock.uptime
        state.withLock { $0.climbs[key]?.ladder.hurry(grace: grace, now: now) }
        lookAgain(key)
    }

    private func queueRound() {
        let mustQueue = state.withLock { state in
            defer { state.isRoundQueued = true }
            return !state.isRoundQueued
        }
        if mustQueue { loop.execute { self.round() } }
    }

    /// Only on the loop's thread.
    private func round() {
        let now = clock.uptime
        let due = state.withLock { state in
            state.isRoundQueued = false
            return state.climbs.filter { $0.value.due <= now }
        }
        if !due.isEmpty {
            let snapshot = takeSnapshot(since: due.values.map(\.process.identity.startTime).min() ?? 0)
            for (key, climb) in due { step(climb, key, snapshot) }
        }
        setTimer()
    }

    private func step(_ climb: Climb, _ key: Int, _ snapshot: ProcessSnapshot) {
        var tree = climb.tree
        let members = tree.members(in: snapshot)
        let isCertain = !tree.mayHaveMore(in: snapshot, adopter: getpid())
        let now = clock.uptime
        let step = state.withLock { state -> StopLadder.Step? in
            state.climbs[key]?.tree = tree
            return state.climbs[key]?.ladder.step(living: members.filter { !$0.isZombie }, isCertain: isCertain, now: now)
        }
        guard let step else { return }
        for signal in step.signals {
            switch signal.target {
            case .group: climb.process.signalGroup(signal.number)
            case .process(let identity): identity.signal(signal.number)
            }
        }
        for zombie in members where zombie.isZombie && zombie.identity != climb.process.identity { reap(zombie.pid) }
        switch step.next {
        case .lookAgain(let pause):
            state.withLock { $0.climbs[key]?.due = now + pause }
        case .gone:
            forget(key)
            climb.whenOver([])
        case .stuck(let survivors):
            forget(key)
            climb.whenOver(survivors)
        }
    }

    private func forget(_ key: Int) {
        state.withLock { state in
            state.climbs[key] = nil
            if state.climbs.isEmpty { state.markers = [:] }
        }
    }

    private func setTimer() {
        let now = clock.uptime
        let (old, next) = state.withLock { state in
            defer { state.timer = nil }
            return (state.timer, state.climbs.values.map(\.due).min())
        }
        old?.cancel()
        guard let next else { return }
        let timer = try? loop.schedule(after: max(next - now, .zero)) { self.queueRound() }
        state.withLock { $0.timer = timer }
    }

    // MARK: - Looking

    /// The parent of the kernel's own threads, which have no environment.
    private static let kernel: Int32 = 2

    /// - Parameter start: older processes cannot be any command's descendants.
    private func takeSnapshot(since start: UInt64) -> ProcessSnapshot {
        let known = state.withLock { $0.markers }
        var seen: [ProcessIdentity: ProcessTable.Variable] = [:]
        let snapshot = ProcessSnapshot(ProcessTable.entries()) { entry in
            guard entry.startTime >= start, !entry.isZombie, entry.parent != Self.kernel else { return .absent }
            let marker = known[entry.identity] ?? CommandMarker.look(at: entry.pid)
            if marker != .notYetKnown { seen[entry.identity] = marker }
            return marker
        }
        state.withLock { $0.markers = seen }
        return snapshot
    }
}
