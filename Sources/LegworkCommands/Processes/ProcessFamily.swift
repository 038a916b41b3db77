import Glibc
import LegworkCore
package import LegworkEventLoop
import Synchronization

/// The children of this process, as far as they are commands or came to it as their orphans.
///
/// There is one for the whole process, because a parent is one for the whole process: whose status may be taken can only be told by who
/// knows all commands. It has a thread of its own for what may take a while: starting programs, and reading the process table.
package final class ProcessFamily: Sendable {
    private struct State {
        /// The commands that run, or have ended and are not reaped yet.
        var commands: Set<Int32> = []
        var orphans = OrphanWatch()
        var orphanTimer: EventLoop.Timer?
        var pause = shortestPause
    }

    private static let shared = Result { () throws(SystemError) in try ProcessFamily() }
    private static let subreaper = Result { () throws(SystemError) in try ProcessControl.becomeSubreaper() }
    private static let shortestPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(30)

    private let loop: EventLoop
    private let clock = SystemClock()
    private let state: Lock<State>
    private let sweeper: ProcessSweeper

    /// The family of this process.
    ///
    /// - Throws: when its thread could not be started.
    package static func current() throws(SystemError) -> ProcessFamily { try shared.get() }

    /// Makes orphans come to this process.
    ///
    /// - Throws: when the system does not allow it; they go to process 1 then.
    package static func adoptOrphans() throws(SystemError) { try subreaper.get() }

    private init() throws(SystemError) {
        loop = try EventLoop(name: "legwork-family")
        state = Lock(State())
        sweeper = ProcessSweeper(loop: loop) { pid in
            // Named by its pid and known to be no command of ours, so nobody else waits for it.
            _ = try? ProcessControl.reap(pid: pid)
        }
    }

    // MARK: - Starting and reaping

    /// Runs a closure where it may take its time. Closures run one after another.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: work()) }
        }
    }

    /// Starts a command. Only within `run`.
    func spawn(_ request: SpawnRequest) throws(SystemError) -> LaunchedProcess {
        let process = LaunchedProcess(try ProcessControl.spawn(request))
        state.withLock { _ = $0.commands.insert(process.identity.pid) }
        watchOrphans()
        return process
    }

    /// Takes the status of a command that has ended; nil while it runs.
    func reap(_ process: LaunchedProcess) -> ProcessExit? {
        let (exit, isGone) = state.withLock { state in
            // Under the lock: as soon as it is reaped, its pid may be that of the next command.
            let exit = process.reap()
            if process.isReaped { state.commands.remove(process.identity.pid) }
            return (exit, process.isReaped)
        }
        if isGone { watchOrphans() }
        return exit
    }

    /// Counts the living processes in the session of a command that has been reaped, and reaps the dead ones.
    func countLeftBehind(by process: LaunchedProcess, _ answer: @escaping @Sendable (Int) -> Void) {
        loop.execute {
            var count = 0
            for entry in ProcessTable.entries() where entry.session == process.identity.pid {
                if !entry.isZombie {
                    count += 1
                } else if entry.parent == getpid() {
                    _ = try? ProcessControl.reap(pid: entry.pid)
                }
            }
            answer(count)
        }
    }

    // MARK: - Stopping

    /// Ends a command and all that it started. It must not be reaped before `whenOver` is called, with those that would not die.
    ///
    /// - Returns: a key for `lookAgain` and `hurry`.
    func stop(
        _ process: LaunchedProcess,
        marker: String,
        grace: Duration,
        whenOver: @escaping @Sendable ([ProcessTable.Entry]) -> Void
    ) -> Int {
        sweeper.begin(process, marker: marker, grace: grace, whenOver: whenOver)
    }

    /// Says that a command that is being stopped has ended itself.
    func lookAgain(_ key: Int) { sweeper.lookAgain(key) }

    /// Shortens the grace of a command that is being stopped.
    func hurry(_ key: Int, grace: Duration) { sweeper.hurry(key, grace: grace) }

    // MARK: - Orphans

    /// Sees to it that orphans are looked for soon.
    private func watchOrphans() {
        let isSoon = state.withLock { $0.orphanTimer != nil && $0.pause == Self.shortestPause }
        if isSoon { return }
        loop.execute {
            self.state.withLock { $0.pause = Self.shortestPause }
            self.setOrphanTimer()
        }
    }

    /// Only on the loop's thread.
    private func setOrphanTimer() {
        let (old, pause) = state.withLock { state in
            defer { state.orphanTimer = nil }
            return (state.orphanTimer, state.pause)
        }
        old?.cancel()
        let timer = try? loop.schedule(after: pause) { self.reapOrphans() }
        state.withLock { $0.orphanTimer = timer }
    }

    private func reapOrphans() {
        let ids = ProcessTable.ownChildren()
        // Commands are started on this thread only, so none can be missing here that is among the children.
        let commands = state.withLock { $0.commands }
        let strangers = ids.filter { !commands.contains($0) }.compactMap { ProcessTable.entry(of: $0) }
        let now = clock.uptime
        let (reap, isMoreToCome) = state.withLock { state in
            let (reap, isMoreToCome) = state.orphans.look(at: strangers, session: getsid(0), now: now)
            state.pause = reap.isEmpty ? min(state.pause * 2, Self.longestPause) : Self.shortestPause
            return (reap, isMoreToCome || !state.commands.isEmpty)
        }
        for pid in reap { _ = try? ProcessControl.reap(pid: pid) }
        if isMoreToCome {
            setOrphanTimer()
        } else {
            state.withLock { $0.orphanTimer.take() }?.cancel()
        }
    }
}
