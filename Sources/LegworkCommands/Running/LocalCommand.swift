import Glibc
import LegworkCore
import LegworkEventLoop
import Synchronization

/// A command that runs as a child of this process. It ends with this process's care, not with this process.
///
/// Its rules are ``CommandLifecycle``'s. Everything happens on the event loop's thread, but for what takes a while, which happens on the
/// ``ProcessFamily``'s.
package final class LocalCommand: RunningCommand {
    private struct State {
        var lifecycle: CommandLifecycle
        var exitWatch: EventLoop.Watch?
        var timeLimit: EventLoop.Timer?
        var drainTimer: EventLoop.Timer?
        /// The key of the stop that is under way.
        var sweep: Int?
        var duration: Duration?
        var survivors: [String] = []
        var exit: CommandExit?
        var waiting: [CheckedContinuation<CommandExit, Never>] = []
    }

    private let process: LaunchedProcess
    private let marker: String
    private let timeout: Duration?
    private let configuration: RunCommandConfiguration
    private let loop: EventLoop
    private let family: ProcessFamily
    private let collector: OutputCollector
    private let reporter: StatusReporter
    private let reader: OutputReader
    private let feeder: InputFeeder?
    private let start = ContinuousClock.now
    private let state: Lock<State>

    /// The id of the command's own process.
    package var processID: Int32 { process.identity.pid }
    /// When that process started, in clock ticks since the machine did.
    package var startTime: UInt64 { process.identity.startTime }

    /// Starts a command, which takes a while: only where ``ProcessFamily/run(_:)`` runs it.
    init(
        _ launch: CommandLaunch,
        configuration: RunCommandConfiguration,
        loop: EventLoop,
        family: ProcessFamily
    ) throws(SystemError) {
        let request = launch.request
        let pipes = try CommandPipes(hasInput: request.standardInput != nil)
        let process = try family.spawn(
            SpawnRequest(
                executable: request.executable,
                arguments: request.arguments,
                environment: CommandMarker.mark(request.environment, launch.marker),
                workingDirectory: request.directory,
                standardInput: pipes.childInput.number,
                standardOutput: pipes.childOutput.number,
                standardError: pipes.childOutput.number
            )
        )
        self.process = process
        self.configuration = configuration
        self.loop = loop
        self.family = family
        marker = launch.marker
        timeout = request.timeout
        state = Lock(State(lifecycle: CommandLifecycle(timeLimitGrace: configuration.cancelGrace)))

        // One byte more than is shown tells whether what is shown begins with a line.
        let collector = OutputCollector(launch.output, tailBytes: max(request.tailBytes + 1, StatusReporter.searchedBytes))
        self.collector = collector
        reporter = StatusReporter(
            loop: loop,
            interval: configuration.statusInterval,
            tail: { collector.end(StatusReporter.searchedBytes) },
            report: launch.onStatus
        )
        (reader, feeder) = pipes.parentSide(input: request.standardInput, output: collector, loop: loop)
    }

    // MARK: - Running

    /// Begins to care for it. Only on the loop's thread. From here on the watches keep it alive until it has ended.
    ///
    /// - Throws: when the loop has stopped; then it is killed.
    func begin() throws(SystemError) {
        do throws(SystemError) {
            let exitWatch = try loop.watch(descriptor: process.pidfd, for: .read) { self.processEnded() }
            state.withLock { $0.exitWatch = exitWatch }
            try reader.begin(onPiece: { self.reporter.outputGrew() }, onEnd: { self.handle(.outputEnded) })
            try feeder?.begin()
            if let timeout {
                let timer = try loop.schedule(after: timeout) { self.handle(.timeLimitReached) }
                state.withLock { $0.timeLimit = timer }
            }
        } catch {
            abandon()
            throw error
        }
    }

    /// Kills it. For a command that nobody can care for.
    func abandon() {
        closeAll()
        process.killAndWait()
        _ = family.reap(process)
    }

    private func processEnded() {
        let watch = state.withLock { state in
            state.duration = start.duration(to: .now)
            return state.exitWatch.take()
        }
        watch?.cancel()
        handle(.processEnded)
    }

    /// Only on the loop's thread.
    private func handle(_ event: CommandLifecycle.Event) {
        for action in state.withLock({ $0.lifecycle.apply(event) }) { perform(action) }
    }

    private func perform(_ action: CommandLifecycle.Action) {
        switch action {
        case .stopTree(let grace): stopTree(grace)
        case .hurry(let grace): if let key = state.withLock({ $0.sweep }) { family.hurry(key, grace: grace) }
        case .lookAgain: if let key = state.withLock({ $0.sweep }) { family.lookAgain(key) }
        case .forgetTimeLimit: state.withLock { $0.timeLimit.take() }?.cancel()
        case .awaitOutput:
            let timer = try? loop.schedule(after: configuration.drainGrace) { self.handle(.drainGracePassed) }
            state.withLock { $0.drainTimer = timer }
        case .finish: finish()
        }
    }

    // MARK: - Stopping

    package func signal(_ number: Int32) {
        process.signalGroup(number)
    }

    package func stop(_ reason: StopReason, grace: Duration) {
        let isHeard = loop.execute { self.handle(.stopRequested(reason, grace: grace)) }
        // A loop that has stopped cares for nobody any more.
        if !isHeard { process.signalGroup(SIGKILL) }
    }

    private func stopTree(_ grace: Duration) {
        let key = family.stop(process, marker: marker, grace: grace) { survivors in
            self.loop.execute {
                self.state.withLock { $0.survivors = survivors.map { "\($0.pid) (\($0.name))" } }
                self.handle(.treeEnded)
            }
        }
        state.withLock { $0.sweep = key }
    }

    // MARK: - Ending

    package func waitForExit() async -> CommandExit {
        await withCheckedContinuation { continuation in
            let exit = state.withLock { state in
                if state.exit == nil { state.waiting.append(continuation) }
                return state.exit
            }
            if let exit { continuation.resume(returning: exit) }
        }
    }

    private func finish() {
        let isDrained = reader.finish()
        reporter.close()
        closeAll()
        let status = family.reap(process)
        if !process.isReaped { reapLater() }
        let output = collector.summary
        let exit = state.withLock { state in
            CommandExit(
                status: status,
                stopReason: state.lifecycle.stopReason,
                duration: state.duration ?? start.duration(to: .now),
                outputBytes: output.byteCount,
                tail: output.tail,
                outputError: output.error,
                isDrained: isDrained,
                leftRunning: 0,
                survivors: state.survivors
            )
        }
        guard exit.stopReason == nil, process.hasLeftOthers else { return publish(exit) }
        family.countLeftBehind(by: process) { count in
            var exit = exit
            exit.leftRunning = count
            self.publish(exit)
        }
    }

    private func publish(_ exit: CommandExit) {
        let waiting = state.withLock { state in
            state.exit = exit
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: exit) }
    }

    /// Waits for a process that could not be killed, so that it does not become a zombie one day.
    private func reapLater() {
        let watch = try? loop.watch(descriptor: process.pidfd, for: .read) {
            self.state.withLock { $0.exitWatch.take() }?.cancel()
            _ = self.family.reap(self.process)
        }
        state.withLock { $0.exitWatch = watch }
    }

    private func closeAll() {
        feeder?.close()
        let watches = state.withLock { state in
            defer { (state.exitWatch, state.timeLimit, state.drainTimer) = (nil, nil, nil) }
            return [state.exitWatch, state.timeLimit, state.drainTimer]
        }
        for watch in watches { watch?.cancel() }
    }
}
